//! Migrations, embedded and run at every start. Additive only; a file from a newer server is
//! refused.

use super::{Result, Store, StoreError, Tx};

/// One step: its number, and its SQL.
pub type Step = (i64, &'static str);

pub const SQLITE: &[Step] = &[
    (1, include_str!("../../../migrations/server-sqlite/0001_create_base.sql")),
    (2, include_str!("../../../migrations/server-sqlite/0002_accounts.sql")),
    (3, include_str!("../../../migrations/server-sqlite/0003_hand_over.sql")),
    (4, include_str!("../../../migrations/server-sqlite/0004_audit.sql")),
    (5, include_str!("../../../migrations/server-sqlite/0005_device_secrets.sql")),
    (6, include_str!("../../../migrations/server-sqlite/0006_retention.sql")),
    (7, include_str!("../../../migrations/server-sqlite/0007_notices.sql")),
    (8, include_str!("../../../migrations/server-sqlite/0008_attendance.sql")),
    (9, include_str!("../../../migrations/server-sqlite/0009_reports.sql")),
    (10, include_str!("../../../migrations/server-sqlite/0010_assignment.sql")),
    (11, include_str!("../../../migrations/server-sqlite/0011_receipts.sql")),
];
pub const POSTGRES: &[Step] = &[
    (1, include_str!("../../../migrations/server-postgres/0001_create_base.sql")),
    (2, include_str!("../../../migrations/server-postgres/0002_accounts.sql")),
    (3, include_str!("../../../migrations/server-postgres/0003_hand_over.sql")),
    (4, include_str!("../../../migrations/server-postgres/0004_audit.sql")),
    (5, include_str!("../../../migrations/server-postgres/0005_device_secrets.sql")),
    (6, include_str!("../../../migrations/server-postgres/0006_retention.sql")),
    (7, include_str!("../../../migrations/server-postgres/0007_notices.sql")),
    (8, include_str!("../../../migrations/server-postgres/0008_attendance.sql")),
    (9, include_str!("../../../migrations/server-postgres/0009_reports.sql")),
    (10, include_str!("../../../migrations/server-postgres/0010_assignment.sql")),
    (11, include_str!("../../../migrations/server-postgres/0011_receipts.sql")),
];

/// Brings the database up to this server's version.
///
/// # Errors
/// [`StoreError::Newer`].
pub fn run(store: &Store, steps: &[Step]) -> Result<()> {
    let known = steps.last().map_or(0, |s| s.0);
    store.write(|tx| {
        tx.batch("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")?;
        let found = version(tx)?;
        if found > known {
            return Err(StoreError::Newer { found, known });
        }
        for (number, sql) in steps.iter().filter(|s| s.0 > found) {
            tx.batch(sql)?;
            tx.execute("DELETE FROM schema_version", &[])?;
            tx.execute("INSERT INTO schema_version (version) VALUES ($1)", &[(*number).into()])?;
        }
        Ok(())
    })
}

/// Whether the database is of this server's version.
///
/// # Errors
/// [`StoreError::Newer`], [`StoreError::Older`].
pub fn check(store: &Store, steps: &[Step]) -> Result<()> {
    let known = steps.last().map_or(0, |s| s.0);
    match store.read(version)? {
        found if found > known => Err(StoreError::Newer { found, known }),
        found if found < known => Err(StoreError::Older { found, known }),
        _ => Ok(()),
    }
}

fn version(tx: &mut dyn Tx) -> Result<i64> {
    tx.query_opt("SELECT version FROM schema_version", &[])?.map_or(Ok(0), |mut row| row.int(0))
}
