//! The command line.

use clap::{Parser, Subcommand};
use domain::{LeadField, Pool, Status};
use std::path::PathBuf;
use uuid::Uuid;

/// Leadline on a terminal: leads, follow-ups and notes from the local copy of your records.
///
/// Edits are saved on this computer and never need the network; `login` and `sync` do. A lead is
/// named by its id, or by the first or last eight or more characters of it.
///
/// Exit codes: 0 done, 1 internal error, 2 wrong usage, 3 refused by a rule, 4 not signed in,
/// 5 server not reachable, 6 another process holds the profile, 7 disk, 8 not found, 9 update needed.
#[derive(Parser)]
#[command(name = "leadline", version, verbatim_doc_comment)]
pub struct Args {
    /// The profile's folder; the desktop's own without it
    #[arg(long, global = true, value_name = "DIR", env = "LEADLINE_PROFILE")]
    pub profile: Option<PathBuf>,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub task: Task,
}

#[derive(Subcommand)]
pub enum Task {
    /// Sign in; needs the network
    Login(Login),
    /// Leads: add, list, show, change
    #[command(subcommand)]
    Lead(Lead),
    /// Follow-ups of a lead
    #[command(subcommand)]
    FollowUp(FollowUp),
    /// Send and receive once; with --watch until ctrl-c
    Sync {
        /// Stay in sync and say what changes
        #[arg(long)]
        watch: bool,
    },
    /// Edits that the server refused
    #[command(subcommand)]
    Attention(Attention),
    /// Who is signed in, what waits, when it was last in sync
    Status,
    /// Write facts for support: counts and states; no names, numbers, texts or tokens
    SupportBundle { file: PathBuf },
}

#[derive(clap::Args)]
pub struct Login {
    /// As https://crm.example.com
    #[arg(long)]
    pub server: String,
    #[arg(long)]
    pub email: String,
    /// The password is the first line of standard input
    #[arg(long, required = true)]
    pub password_stdin: bool,
}

#[derive(Subcommand)]
pub enum Lead {
    /// Make a lead
    Add {
        #[arg(long)]
        name: String,
        /// In any format; without + and country code it is dialled in the organisation's country
        #[arg(long)]
        phone: String,
        #[arg(long, default_value = "")]
        alt_phone: String,
        #[arg(long, default_value = "")]
        email: String,
        /// In the organisation's currency, as 120000 or 1,20,000
        #[arg(long, default_value = "")]
        budget: String,
        #[arg(long, default_value = "")]
        source: String,
        #[arg(long, default_value = "")]
        language: String,
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Newest change first
    List {
        /// Name, phone in any format, its last digits, or e-mail
        #[arg(long, default_value = "")]
        search: String,
        #[arg(long)]
        status: Vec<Status>,
        /// fresh, working, converted or dropped
        #[arg(long)]
        pool: Option<Pool>,
        #[arg(long, default_value_t = 50)]
        limit: u32,
        #[arg(long, default_value_t = 0)]
        offset: u32,
    },
    /// Everything about one lead, with its timeline
    Show { lead: String },
    /// Set fields, as phone=9820014786; an empty value empties the field
    Set {
        lead: String,
        #[arg(required = true, value_name = "FIELD=VALUE", value_parser = assignment)]
        fields: Vec<(LeadField, String)>,
    },
    /// Settle a field on which two people's values stand: the value to keep, as `show` prints it raw
    Pick { lead: String, field: LeadField, value: String },
    /// Move a lead to another status; dropping and reopening need --reason
    Status {
        lead: String,
        to: String,
        #[arg(long)]
        reason: Option<String>,
    },
    /// Interest, 1 to 5, while interested
    Interest { lead: String, level: u8 },
    /// Add a note; with --edit change one: only what differs is sent, so that others' words stay
    Note {
        lead: String,
        text: String,
        #[arg(long, value_name = "NOTE")]
        edit: Option<Uuid>,
    },
}

#[derive(Subcommand)]
pub enum FollowUp {
    /// Schedule one
    Add {
        lead: String,
        /// Local time in the organisation's zone, as 2026-11-22T17:00
        #[arg(long)]
        at: String,
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Record its outcome
    Done {
        lead: String,
        follow_up: Uuid,
        #[arg(long)]
        outcome: String,
    },
    /// All follow-ups of a lead
    List { lead: String },
}

#[derive(Subcommand)]
pub enum Attention {
    /// What was refused, why, and what stands instead
    List,
    /// Try the same edit again
    Retry { command: Uuid },
    /// Forget it
    Discard { command: Uuid },
}

impl Task {
    /// Whether it needs the profile for itself.
    pub fn writes(&self) -> bool {
        match self {
            Task::Lead(Lead::List { .. } | Lead::Show { .. })
            | Task::FollowUp(FollowUp::List { .. })
            | Task::Attention(Attention::List)
            | Task::Status
            | Task::SupportBundle { .. } => false,
            Task::Login(_) | Task::Lead(_) | Task::FollowUp(_) | Task::Sync { .. } | Task::Attention(_) => true,
        }
    }
}

fn assignment(text: &str) -> Result<(LeadField, String), String> {
    let (field, value) = text.split_once('=').ok_or("write it as field=value, for example phone=9820014786")?;
    Ok((field.parse()?, value.to_owned()))
}
