//! The function `users-export-me`.

fn main() {
    edge::run::<auth::api::ExportAccount>();
}
