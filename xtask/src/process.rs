//! Processes that outlive this one: remembered by pid and start time, so that a pid which was
//! given to a stranger in between is never touched.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal};
use serde_json::{Value, json};

/// A process that we started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// What it is.
    pub name: String,
    /// Its number, which is its group's too.
    pub pid: u32,
    /// When it started, in the system's own words.
    began: String,
}

impl Started {
    /// Notes a process that has just been started.
    pub fn note(name: &str, pid: u32) -> Result<Self> {
        let began = see(pid)
            .with_context(|| format!("{name} ended at once"))?
            .began;
        Ok(Self {
            name: name.to_owned(),
            pid,
            began,
        })
    }

    /// Whether it still runs.
    pub fn is_running(&self) -> bool {
        see(self.pid).is_some_and(|now| now.began == self.began)
    }

    /// Asks it to end, waits for it and for all that it started, and ends the whole group when
    /// asking was not enough.
    pub fn stop(&self) -> Result<()> {
        if !self.is_running() {
            return Ok(());
        }
        ask_to_end(self.pid);
        // As long as a member of the group lives, its number is given to nobody else.
        let is_over = || !self.is_running() && !group_lives(self.pid);
        for patience in [20, 5] {
            let until = Instant::now() + Duration::from_secs(patience);
            while !is_over() && Instant::now() < until {
                crate::interrupt::pause();
            }
            if is_over() {
                return Ok(());
            }
            end_group(self.pid);
        }
        bail!("{} (pid {}) does not end", self.name, self.pid);
    }
}

/// What the system says of a living process. The dead that nobody has buried yet do not count.
struct Seen {
    group: u32,
    began: String,
}

fn see(pid: u32) -> Option<Seen> {
    if Path::new("/proc/self/stat").exists() {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The second field is the name in brackets and may hold anything, brackets too.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let (state, group, began) = (*fields.first()?, fields.get(2)?, fields.get(19)?);
        let group = group.parse().ok()?;
        return (state != "Z").then(|| Seen {
            group,
            began: (*began).to_owned(),
        });
    }
    let asks = ["-o", "stat=,pgid=,lstart=", "-p", &pid.to_string()].map(str::to_owned);
    let said = Command::new("ps").args(asks).output().ok()?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let mut fields = said.split_whitespace();
    let (state, group) = (fields.next()?, fields.next()?.parse().ok()?);
    let began = fields.collect::<Vec<_>>().join(" ");
    (!state.starts_with('Z')).then_some(Seen { group, began })
}

/// Whether a process of a group lives.
fn group_lives(group: u32) -> bool {
    let in_group = |pid: u32| see(pid).is_some_and(|seen| seen.group == group);
    if let Ok(listed) = std::fs::read_dir("/proc") {
        return listed
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .any(in_group);
    }
    let listed = Command::new("ps").args(["-A", "-o", "pid="]).output();
    let listed = listed.map(|said| String::from_utf8_lossy(&said.stdout).into_owned());
    listed.is_ok_and(|list| {
        list.split_whitespace()
            .filter_map(|pid| pid.parse().ok())
            .any(in_group)
    })
}

/// Asks a process to end.
pub fn ask_to_end(pid: u32) {
    if let Some(pid) = numbered(pid) {
        // It may have ended by itself in between: whether it is gone is asked afterwards.
        let _ = rustix::process::kill_process(pid, Signal::TERM);
    }
}

fn end_group(leader: u32) {
    if let Some(leader) = numbered(leader) {
        let _ = rustix::process::kill_process_group(leader, Signal::KILL);
    }
}

fn numbered(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok()?)
}

/// Writes what was started.
pub fn remember(file: &Path, started: &[Started]) -> Result<()> {
    let list: Vec<Value> = started
        .iter()
        .map(|one| json!({"name": one.name, "pid": one.pid, "began": one.began}))
        .collect();
    Ok(std::fs::write(file, serde_json::to_vec_pretty(&list)?)?)
}

/// Reads what was started; nothing when there is no such file.
pub fn recall(file: &Path) -> Result<Vec<Started>> {
    let Ok(text) = std::fs::read(file) else {
        return Ok(Vec::new());
    };
    let list: Vec<Value> = serde_json::from_slice(&text).with_context(|| {
        format!(
            "{} is damaged; end the processes by hand and remove it",
            file.display()
        )
    })?;
    let one = |entry: &Value| {
        Some(Started {
            name: entry["name"].as_str()?.to_owned(),
            pid: u32::try_from(entry["pid"].as_u64()?).ok()?,
            began: entry["began"].as_str()?.to_owned(),
        })
    };
    Ok(list.iter().filter_map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_more_than_its_number() {
        let mut child = Command::new("sleep").arg("30").spawn().unwrap();
        let started = Started::note("sleep", child.id()).unwrap();
        assert!(started.is_running());
        let stranger = Started {
            began: "another time".to_owned(),
            ..started.clone()
        };
        assert!(!stranger.is_running());
        stranger.stop().unwrap();
        assert!(
            started.is_running(),
            "a stranger with the same number was ended"
        );
        started.stop().unwrap();
        assert!(!started.is_running());
        child.wait().unwrap();
    }

    #[test]
    fn stopping_a_leader_ends_those_it_started() {
        let mut leader = Command::new("sh");
        leader.args(["-c", "trap '' TERM; sleep 31 & sleep 32"]);
        std::os::unix::process::CommandExt::process_group(&mut leader, 0);
        let mut leader = leader.spawn().unwrap();
        let started = Started::note("sh", leader.id()).unwrap();
        while std::fs::read_dir("/proc").is_ok() && members(started.pid) < 3 {
            crate::interrupt::pause();
        }
        end_group(started.pid);
        leader.wait().unwrap();
        while group_lives(started.pid) {
            crate::interrupt::pause();
        }
        started.stop().unwrap();
    }

    fn members(group: u32) -> usize {
        let pids = std::fs::read_dir("/proc").unwrap().flatten();
        let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(|pid| see(*pid).is_some_and(|seen| seen.group == group))
            .count()
    }

    #[test]
    fn what_was_started_is_remembered() {
        let file = std::env::temp_dir().join(format!("processes-{}.json", std::process::id()));
        let me = Started::note("me", std::process::id()).unwrap();
        remember(&file, std::slice::from_ref(&me)).unwrap();
        assert_eq!(recall(&file).unwrap(), [me]);
        std::fs::remove_file(&file).unwrap();
        assert_eq!(recall(&file).unwrap(), []);
    }
}
