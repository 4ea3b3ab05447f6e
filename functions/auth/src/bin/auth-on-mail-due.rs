//! The function `auth-on-mail-due`.

fn main() {
    edge::run_consumer::<auth::on::MailDue>();
}
