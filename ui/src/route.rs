//! The hash router (row C7): what the window shows, and how the list is narrowed, is in the
//! address, so that back, forward and reload keep it. Reading and writing are pure.

use domain::lead::{Pool, Status};
use domain::{LeadId, Role};
use std::fmt;

/// A screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The list, with a lead's drawer open or not.
    Leads {
        filter: ListFilter,
        open: Option<LeadId>,
    },
    Attention,
    Login,
}

/// How the list is narrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFilter {
    /// `None` is the tab the role starts on.
    pub tab: Option<Tab>,
    pub statuses: Vec<Status>,
    pub search: String,
}

/// A pool, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Pool(Pool),
    All,
}

impl Tab {
    pub const ALL: [Tab; 5] =
        [Tab::Pool(Pool::Fresh), Tab::Pool(Pool::Working), Tab::Pool(Pool::Converted), Tab::Pool(Pool::Dropped), Tab::All];

    pub fn as_str(self) -> &'static str {
        match self {
            Tab::Pool(pool) => pool.as_str(),
            Tab::All => "all",
        }
    }

    pub fn pool(self) -> Option<Pool> {
        match self {
            Tab::Pool(pool) => Some(pool),
            Tab::All => None,
        }
    }

    fn read(text: &str) -> Option<Self> {
        Tab::ALL.into_iter().find(|tab| tab.as_str() == text)
    }

    /// Callers start on what they work on; everyone else on everything.
    pub fn start(role: Role) -> Self {
        match role {
            Role::Salesperson => Tab::Pool(Pool::Working),
            Role::SuperAdmin
            | Role::Admin
            | Role::Manager
            | Role::TeamLead
            | Role::RecoveryAgent
            | Role::FinanceManager
            | Role::Analyst => Tab::All,
        }
    }
}

impl ListFilter {
    pub fn tab(&self, role: Role) -> Tab {
        self.tab.unwrap_or(Tab::start(role))
    }

    /// Narrowed beyond the tab.
    pub fn is_narrowed(&self) -> bool {
        !self.statuses.is_empty() || !self.search.trim().is_empty()
    }

    /// The question for the client.
    pub fn question(&self, role: Role) -> bridge::lead::LeadFilter {
        bridge::lead::LeadFilter { pool: self.tab(role).pool(), statuses: self.statuses.clone(), search: self.search.trim().to_owned() }
    }

    fn query(&self) -> String {
        let mut parts = Vec::new();
        if let Some(tab) = self.tab {
            parts.push(format!("pool={}", tab.as_str()));
        }
        if !self.statuses.is_empty() {
            let names: Vec<_> = self.statuses.iter().map(|s| s.as_str()).collect();
            parts.push(format!("status={}", names.join(",")));
        }
        if !self.search.is_empty() {
            parts.push(format!("q={}", escape(&self.search)));
        }
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    fn read(query: &str) -> Self {
        let mut filter = Self::default();
        for (key, value) in query.split('&').filter_map(|part| part.split_once('=')) {
            match key {
                "pool" => filter.tab = Tab::read(value),
                "status" => filter.statuses = value.split(',').filter_map(|s| s.parse().ok()).collect(),
                "q" => filter.search = unescape(value),
                _ => {}
            }
        }
        filter
    }
}

impl Route {
    pub fn leads() -> Self {
        Route::Leads { filter: ListFilter::default(), open: None }
    }

    /// Reads `#/leads/<id>?pool=working`; what is unknown opens Leads.
    pub fn read(hash: &str) -> Self {
        let hash = hash.trim_start_matches('#');
        let (path, query) = hash.split_once('?').unwrap_or((hash, ""));
        let mut parts = path.split('/').filter(|p| !p.is_empty());
        match parts.next() {
            Some("attention") => Route::Attention,
            Some("login") => Route::Login,
            _ => Route::Leads { filter: ListFilter::read(query), open: parts.next().and_then(|id| id.parse().ok()) },
        }
    }

    /// Whether both are the same page, so that its state stays.
    pub fn is_same_page(&self, other: &Route) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Route::Leads { filter, open: None } => write!(f, "#/leads{}", filter.query()),
            Route::Leads { filter, open: Some(lead) } => write!(f, "#/leads/{lead}{}", filter.query()),
            Route::Attention => f.write_str("#/attention"),
            Route::Login => f.write_str("#/login"),
        }
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let coded = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        let byte = coded.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        out.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_reads_back_as_it_was_written() {
        let lead: LeadId = "0193c5a0-0000-7000-8000-000000000001".parse().expect("an id");
        let narrowed = ListFilter {
            tab: Some(Tab::Pool(Pool::Working)),
            statuses: vec![Status::New, Status::InProgress],
            search: "मीना & 98% = ?".into(),
        };
        for route in [
            Route::leads(),
            Route::Leads { filter: narrowed.clone(), open: None },
            Route::Leads { filter: narrowed, open: Some(lead) },
            Route::Leads { filter: ListFilter { tab: Some(Tab::All), ..Default::default() }, open: Some(lead) },
            Route::Attention,
            Route::Login,
        ] {
            assert_eq!(Route::read(&route.to_string()), route);
        }
    }

    #[test]
    fn what_is_unknown_opens_leads() {
        for hash in ["", "#", "#/", "#/nowhere", "#/leads/not-an-id", "#/leads?status=sold&q="] {
            assert_eq!(Route::read(hash), Route::leads(), "{hash}");
        }
        assert_eq!(unescape("50%"), "50%");
    }

    #[test]
    fn callers_start_on_their_working_leads() {
        assert_eq!(ListFilter::default().question(Role::Salesperson).pool, Some(Pool::Working));
        assert_eq!(ListFilter::default().question(Role::Manager).pool, None);
    }
}
