//! What an instance keeps for some seconds, so that a search need not read it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A value that is read again when it is too old.
#[derive(Debug)]
pub(crate) struct Cached<T> {
    fresh_for: Duration,
    known: Mutex<Option<(Instant, Arc<T>)>>,
}

impl<T> Cached<T> {
    /// Nothing is known yet.
    pub(crate) const fn new(fresh_for: Duration) -> Self {
        Self {
            fresh_for,
            known: Mutex::new(None),
        }
    }

    /// The value, read when there is none or it is too old. While it cannot be read, an old one
    /// will do: the shop is searched on.
    ///
    /// # Errors
    /// Those of reading, as long as nothing is known.
    pub(crate) async fn get<E>(
        &self,
        read: impl Future<Output = Result<T, E>>,
    ) -> Result<Arc<T>, E> {
        self.not_older(self.fresh_for, read).await
    }

    /// The same of a value that is not older than this, for whoever misses something in it.
    ///
    /// # Errors
    /// Those of reading, as long as nothing is known.
    pub(crate) async fn not_older<E>(
        &self,
        than: Duration,
        read: impl Future<Output = Result<T, E>>,
    ) -> Result<Arc<T>, E> {
        let known = self.known();
        match &known {
            Some((at, value)) if at.elapsed() < than => return Ok(Arc::clone(value)),
            _ => {}
        }
        match (read.await, known) {
            (Ok(value), _) => {
                let value = Arc::new(value);
                let now = (Instant::now(), Arc::clone(&value));
                *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
                Ok(value)
            }
            (Err(_), Some((_, value))) => Ok(value),
            (Err(error), None) => Err(error),
        }
    }

    fn known(&self) -> Option<(Instant, Arc<T>)> {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_fresh_value_is_not_read_again_and_an_old_one_is_better_than_none() {
        let long = Cached::new(Duration::from_mins(1));
        assert_eq!(long.get(async { Err::<u8, _>("down") }).await, Err("down"));
        assert_eq!(*long.get(async { Ok::<_, &str>(1) }).await.unwrap(), 1);
        assert_eq!(*long.get(async { Ok::<_, &str>(2) }).await.unwrap(), 1);
        let now = long.not_older(Duration::ZERO, async { Ok::<_, &str>(3) });
        assert_eq!(*now.await.unwrap(), 3);

        let never = Cached::new(Duration::ZERO);
        assert_eq!(*never.get(async { Ok::<_, &str>(1) }).await.unwrap(), 1);
        assert_eq!(*never.get(async { Ok::<_, &str>(2) }).await.unwrap(), 2);
        assert_eq!(*never.get(async { Err::<u8, _>("down") }).await.unwrap(), 2);
    }
}
