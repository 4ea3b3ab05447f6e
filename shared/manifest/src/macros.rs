//! The table notation, and the derivation of a function's name from its row's constant.

/// `PRODUCTS_LIST` → `products-list`, at compile time.
pub(crate) const fn kebab<const N: usize>(constant: &str) -> [u8; N] {
    let from = constant.as_bytes();
    let mut to = [0; N];
    let mut at = 0;
    while at < N {
        to[at] = if from[at] == b'_' {
            b'-'
        } else {
            from[at].to_ascii_lowercase()
        };
        at += 1;
    }
    to
}

/// The function name that belongs to a row's constant.
macro_rules! function_name {
    ($constant:ident) => {{
        const NAME: [u8; stringify!($constant).len()] =
            $crate::macros::kebab(stringify!($constant));
        match std::str::from_utf8(&NAME) {
            Ok(name) => name,
            Err(_) => unreachable!(),
        }
    }};
}

/// Rows of HTTP endpoints, grouped by service:
/// `NAME METHOD "path" who rate [never_replayed] [{ memory_mb: …, timeout_s: … }];`
macro_rules! routes {
    ($($service:ident {
        $($(#[$doc:meta])* $name:ident $method:ident $path:literal $who:ident $(($permission:literal))? $rate:ident
            $($replay:ident)? $({ $($setting:ident : $value:expr),* $(,)? })?;)*
    })*) => {
        $($(
            $(#[$doc])*
            #[doc = concat!("`", stringify!($method), " ", $path, "`")]
            pub const $name: Route = Route {
                name: $crate::macros::function_name!($name),
                service: stringify!($service),
                method: Method::$method,
                path: $path,
                who: Who::$who $(($permission))?,
                rate: Rate::$rate,
                $(replay: Replay::$replay,)?
                $($($setting: $value,)*)?
                ..Route::DEFAULT
            };
        )*)*

        /// Every endpoint, in reading order.
        pub const ALL: &[&Route] = &[$($(&$name),*),*];
    };
}

pub(crate) use function_name;
pub(crate) use routes;
