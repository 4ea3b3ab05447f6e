//! Processes that outlive this one: remembered by pid and start time, so that a pid which was
//! given to a stranger in between is never touched.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
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
        let began = began(pid).with_context(|| format!("{name} ended at once"))?;
        Ok(Self {
            name: name.to_owned(),
            pid,
            began,
        })
    }

    /// Whether it still runs.
    pub fn is_running(&self) -> bool {
        began(self.pid).is_some_and(|now| now == self.began)
    }

    /// Asks it to end, waits for it and for all that it started, and ends the whole group when
    /// asking was not enough.
    pub fn stop(&self) -> Result<()> {
        if !self.is_running() {
            return Ok(());
        }
        signal("-TERM", &self.pid.to_string());
        // As long as a member of the group lives, its number is given to nobody else.
        let group = format!("-{}", self.pid);
        let is_over = || !self.is_running() && !signal("-0", &group);
        for patience in [20, 5] {
            let until = Instant::now() + Duration::from_secs(patience);
            while !is_over() && Instant::now() < until {
                crate::interrupt::pause();
            }
            if is_over() {
                return Ok(());
            }
            signal("-KILL", &group);
        }
        bail!("{} (pid {}) does not end", self.name, self.pid);
    }
}

/// Sends a signal; whether there was anyone to get it.
fn signal(which: &str, whom: &str) -> bool {
    let sent = Command::new("kill")
        .args([which, "--", whom])
        .stderr(Stdio::null())
        .status();
    sent.is_ok_and(|status| status.success())
}

/// When a process began; `None` when there is none, or a dead one that nobody has buried yet.
fn began(pid: u32) -> Option<String> {
    if Path::new("/proc/self/stat").exists() {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The second field is the name in brackets and may hold anything, brackets too.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let state = *fields.first()?;
        return (state != "Z").then(|| fields.get(19).map(|ticks| (*ticks).to_owned()))?;
    }
    let said = Command::new("ps")
        .args(["-o", "stat=,lstart=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&said.stdout);
    let (state, began) = said.trim().split_once(' ')?;
    (!state.starts_with('Z')).then(|| began.trim().to_owned())
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
    fn what_was_started_is_remembered() {
        let file = std::env::temp_dir().join(format!("processes-{}.json", std::process::id()));
        let me = Started::note("me", std::process::id()).unwrap();
        remember(&file, std::slice::from_ref(&me)).unwrap();
        assert_eq!(recall(&file).unwrap(), [me]);
        std::fs::remove_file(&file).unwrap();
        assert_eq!(recall(&file).unwrap(), []);
    }
}
