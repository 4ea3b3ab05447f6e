//! A share of the processor, as Lambda gives one to a function: so much for each mebibyte.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// With this much memory a function has a whole processor, as AWS documents it.
const WHOLE_MB: u64 = 1_769;
/// A function that has used its share waits until the period is over. Lambda's is this long.
const PERIOD_US: u64 = 20_000;

/// A group of processes that have a share together. Linux alone knows such groups.
pub struct Share(PathBuf);

impl Share {
    /// The share of a function with so much memory; an error where this user may not make one.
    pub fn of(memory_mb: u64) -> Result<Self> {
        let name = format!("bench-{}", std::process::id());
        let quota = quota_us(memory_mb);
        let first = Path::new("/sys/fs/cgroup/cpu");
        let (folder, settings) = if first.exists() {
            let settings = vec![
                ("cpu.cfs_period_us", PERIOD_US.to_string()),
                ("cpu.cfs_quota_us", quota.to_string()),
            ];
            (first.join(name), settings)
        } else {
            let settings = vec![("cpu.max", format!("{quota} {PERIOD_US}"))];
            (Path::new("/sys/fs/cgroup").join(name), settings)
        };
        fs::create_dir_all(&folder).with_context(|| format!("{}", folder.display()))?;
        let share = Self(folder);
        for (file, value) in settings {
            let file = share.0.join(file);
            fs::write(&file, value).with_context(|| format!("{}", file.display()))?;
        }
        Ok(share)
    }

    /// Takes a process in, with all its threads.
    pub fn take_in(&self, pid: u32) -> Result<()> {
        let file = self.0.join("cgroup.procs");
        fs::write(&file, pid.to_string()).with_context(|| format!("{}", file.display()))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

/// How much of each period a function with so much memory has the processor for.
fn quota_us(memory_mb: u64) -> u64 {
    PERIOD_US * memory_mb / WHOLE_MB
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_a_processor_in_proportion_to_its_memory() {
        for (memory_mb, quota) in [(1_769, 20_000), (256, 2_894), (128, 1_447), (3_538, 40_000)] {
            assert_eq!(quota_us(memory_mb), quota, "{memory_mb} MB");
        }
    }
}
