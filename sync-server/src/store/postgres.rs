//! PostgreSQL, by the blocking `postgres` crate: one writing connection and a few reading ones.
//! Writers of one organisation queue on its row (`orgs::lock`), also across nodes.

use super::{Damage, Engine, Result, Row, Space, StoreError, Tx, Value};
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use postgres::{Client, NoTls, Statement};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Condvar, Mutex, PoisonError};

/// Connections at most; whoever comes beyond that waits.
const CONNECTIONS: usize = 6;
/// Tables that `compact` takes rows from.
const COMPACTED: [&str; 6] = ["log", "documents", "outcomes", "leases", "sessions", "one_time_codes"];

pub struct Postgres {
    url: String,
    /// Idle ones, and how many there are in all.
    idle: Mutex<(Vec<Open>, usize)>,
    freed: Condvar,
}

impl Postgres {
    /// Connects.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn open(url: &str) -> Result<Self> {
        let pool = Self { url: url.to_owned(), idle: Mutex::new((Vec::new(), 0)), freed: Condvar::new() };
        pool.take()?.settled();
        Ok(pool)
    }

    fn take(&self) -> Result<Lent<'_>> {
        let mut pool = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(open) = pool.0.pop() {
                return Ok(Lent { open: Some(open), home: self });
            }
            if pool.1 < CONNECTIONS {
                let open = Open { client: Client::connect(&self.url, NoTls)?, statements: HashMap::new() };
                pool.1 += 1;
                return Ok(Lent { open: Some(open), home: self });
            }
            pool = self.freed.wait(pool).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn transact(&self, begin: &str, body: &mut dyn FnMut(&mut dyn Tx) -> Result<()>) -> Result<()> {
        let mut lent = self.take()?;
        lent.open().client.batch_execute(begin)?;
        let done = body(lent.open()).and_then(|()| Ok(lent.open().client.batch_execute("COMMIT")?));
        if done.is_err() {
            let _ = lent.open().client.batch_execute("ROLLBACK");
        }
        lent.settled();
        done
    }
}

impl Engine for Postgres {
    fn write(&self, body: &mut dyn FnMut(&mut dyn Tx) -> Result<()>) -> Result<()> {
        self.transact("BEGIN ISOLATION LEVEL READ COMMITTED", body)
    }

    fn read(&self, body: &mut dyn FnMut(&mut dyn Tx) -> Result<()>) -> Result<()> {
        self.transact("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", body)
    }

    fn backup(&self, _to: &Path) -> Result<()> {
        Err(StoreError::Unsupported("a PostgreSQL database is backed up with `pg_dump` and restored with `pg_restore`"))
    }

    fn space(&self) -> Result<Space> {
        let sql = "SELECT CAST(sum(pg_total_relation_size(c.oid)) AS BIGINT) FROM pg_class c \
                   WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace";
        let mut used = 0;
        self.read(&mut |tx| {
            used = tx.query_opt(sql, &[])?.map_or(Ok(0), |mut row| row.count(0))?;
            Ok(())
        })?;
        Ok(Space { used, free: 0, shrinks: true })
    }

    fn give_back(&self) -> Result<bool> {
        let mut lent = self.take()?;
        let done = COMPACTED.iter().try_for_each(|table| lent.open().client.batch_execute(&format!("VACUUM (ANALYZE) {table}")));
        lent.settled();
        done?;
        Ok(false)
    }

    fn rewrite(&self) -> Result<()> {
        Err(StoreError::Unsupported("a PostgreSQL database is rewritten with `VACUUM FULL`"))
    }

    /// By PostgreSQL's own extension, where it is installed.
    fn damage(&self, max: usize) -> Result<Damage> {
        let mut lent = self.take()?;
        let client = &mut lent.open().client;
        if client.query("SELECT 1 FROM pg_extension WHERE extname = 'amcheck'", &[])?.is_empty() {
            lent.settled();
            let unseen = "the indexes, for which a superuser has to say CREATE EXTENSION amcheck in this database";
            return Ok(Damage { found: Vec::new(), unseen: Some(unseen.to_owned()) });
        }
        let mut damage = Damage::default();
        for index in client.query(INDEXES, &[])? {
            let (id, name): (u32, String) = (index.get(0), index.get(1));
            match client.execute("SELECT bt_index_check($1::oid::regclass, true)", &[&id]) {
                Ok(_) => {}
                Err(error) if damage.found.len() < max && error.as_db_error().is_some() => {
                    let said = error.as_db_error().map_or_else(String::new, |error| error.message().to_owned());
                    damage.found.push(format!("The index {name} is damaged: {said}."));
                }
                Err(error) => return Err(error.into()),
            }
        }
        lent.settled();
        Ok(damage)
    }
}

/// A connection with its prepared statements.
struct Open {
    client: Client,
    statements: HashMap<String, Statement>,
}

impl Open {
    fn prepare(&mut self, sql: &str) -> Result<Statement> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

impl Tx for Open {
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        let statement = self.prepare(sql)?;
        Ok(self.client.execute(&statement, &borrowed(params))?)
    }

    fn each(&mut self, sql: &str, params: &[Value], row: &mut dyn FnMut(Row) -> Result<bool>) -> Result<()> {
        let statement = self.prepare(sql)?;
        let mut rows = self.client.query_raw(&statement, borrowed(params))?;
        while let Some(found) = rows.next()? {
            let values = (0..found.len()).map(|i| owned(&found, i)).collect::<Result<Vec<_>>>()?;
            if !row(Row(values))? {
                break;
            }
        }
        Ok(())
    }

    fn batch(&mut self, sql: &str) -> Result<()> {
        Ok(self.client.batch_execute(sql)?)
    }
}

/// All B-tree indexes of our tables.
const INDEXES: &str = "SELECT c.oid, c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam \
     WHERE a.amname = 'btree' AND c.relnamespace = current_schema()::text::regnamespace ORDER BY c.relname";

fn borrowed(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|v| v as &(dyn ToSql + Sync)).collect()
}

fn owned(row: &postgres::Row, i: usize) -> Result<Value> {
    let kind = row.columns()[i].type_();
    Ok(if *kind == Type::INT8 {
        row.try_get::<_, Option<i64>>(i)?.into()
    } else if *kind == Type::INT4 {
        row.try_get::<_, Option<i32>>(i)?.map(i64::from).into()
    } else if *kind == Type::BYTEA {
        row.try_get::<_, Option<Vec<u8>>>(i)?.into()
    } else {
        row.try_get::<_, Option<String>>(i)?.into()
    })
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(n) if *ty == Type::INT4 => i32::try_from(*n)?.to_sql(ty, out),
            Value::Int(n) => n.to_sql(ty, out),
            Value::Text(t) => t.to_sql(ty, out),
            Value::Bytes(b) => b.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT4, Type::INT8, Type::TEXT, Type::BYTEA].contains(ty)
    }

    to_sql_checked!();
}

/// A lent connection; goes home when its transaction ended, is closed otherwise.
struct Lent<'a> {
    open: Option<Open>,
    home: &'a Postgres,
}

impl Lent<'_> {
    fn open(&mut self) -> &mut Open {
        self.open.as_mut().expect("a lent connection is there until it is settled")
    }

    /// The transaction ended: the connection may be lent again, if it still works.
    fn settled(&mut self) {
        if self.open.as_ref().is_some_and(|o| !o.client.is_closed()) {
            let mut pool = self.home.idle.lock().unwrap_or_else(PoisonError::into_inner);
            pool.0.extend(self.open.take());
            self.home.freed.notify_one();
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if self.open.take().is_some() {
            let mut pool = self.home.idle.lock().unwrap_or_else(PoisonError::into_inner);
            pool.1 -= 1;
            self.home.freed.notify_one();
        }
    }
}
