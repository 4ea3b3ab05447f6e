use super::*;

fn held(role: Role, wanted: &'static str) -> bool {
    Permission::of(wanted).is_held_by(role.permissions())
}

#[test]
fn a_permission_is_granted_by_itself_its_star_and_the_star() {
    for (held, wanted, granted) in [
        ("order:read", "order:read", true),
        ("order:*", "order:read", true),
        ("*", "order:read", true),
        ("order:*", "order:*", true),
        ("*", "order:*", true),
        ("*", "*", true),
        ("order:read", "order:*", false),
        ("order:read", "order:update", false),
        ("order:read", "*", false),
        ("order:*", "*", false),
        ("order:*", "orders:read", false),
        ("orders:*", "order:read", false),
        ("order:*", "order-line:read", false),
        ("order:r", "order:read", false),
    ] {
        let (held, wanted) = (
            Permission::parse(held).unwrap(),
            Permission::parse(wanted).unwrap(),
        );
        assert_eq!(held.grants(&wanted), granted, "{held} for {wanted}");
    }
}

#[test]
fn what_is_no_permission_is_refused() {
    for text in [
        "",
        ":",
        "order",
        "order:",
        ":read",
        "*:read",
        "*:*",
        "**",
        "order:*:x",
        "Order:read",
        "order: read",
        "order:re*",
    ] {
        assert!(Permission::parse(text).is_err(), "{text} was read");
    }
}

#[test]
fn roles_hold_what_the_contract_lists() {
    let listed = |role: Role| {
        role.permissions()
            .iter()
            .map(Permission::as_str)
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(Role::Admin), ["*"]);
    assert_eq!(
        listed(Role::Manager),
        [
            "user:read",
            "user:update",
            "product:*",
            "order:*",
            "inventory:*",
            "review:*",
            "shipping:*",
            "analytics:read"
        ]
    );
    assert_eq!(
        listed(Role::User),
        [
            "profile:read",
            "profile:update",
            "order:create",
            "order:read"
        ]
    );
    for role in Role::ALL {
        for permission in role.permissions() {
            assert_eq!(
                Permission::parse(permission.as_str()).as_ref(),
                Ok(permission)
            );
        }
        assert_eq!(role.as_str().parse(), Ok(role));
        assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
        assert_eq!(
            serde_json::from_str::<Role>(&format!("\"{role}\"")).unwrap(),
            role
        );
    }
    for text in ["admin", "Admin", "ROOT", ""] {
        assert!(
            text.parse::<Role>().is_err() && serde_json::from_value::<Role>(text.into()).is_err()
        );
    }
    for (role, wanted, granted) in [
        (Role::Admin, "payment:refund", true),
        (Role::Manager, "product:create", true),
        (Role::Manager, "inventory:reserve", true),
        (Role::Manager, "payment:refund", false),
        (Role::Manager, "analytics:write", false),
        (Role::Manager, "user:*", false),
        (Role::User, "order:create", true),
        (Role::User, "order:update", false),
        (Role::User, "order:*", false),
        (Role::User, "product:read", false),
    ] {
        assert_eq!(held(role, wanted), granted, "{role} and {wanted}");
    }
}
