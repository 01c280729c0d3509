//! What can be typed.

use clap::{ArgGroup, Args, Parser, Subcommand};
use domain::{LeadField, Pool, Status};
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Edits are saved on this computer first and never need the network; `sign-in` and `sync` do.
The password opens the copy on this computer: it is taken from --password-stdin, else from LEADLINE_PASSWORD, else asked for.
Reads work beside the open app. An edit while the app holds the profile says so and changes nothing.

A LEAD is its id, its first 8 characters or more, or its last 4 or more, as long as only one lead fits.

Exit codes:
  0  done
  1  an error inside Leadline
  2  the command line is wrong
  3  refused by a rule; nothing was changed
  4  not signed in or locked; wrong e-mail, password or code; no leave to keep the key in a file
  5  the server can't be reached, or can't answer
  6  another process holds the profile
  7  the disk is full, or the profile can't be read or written, or is damaged
  8  no such lead, follow-up or item
  9  the profile or the server is newer than this version";

/// Leadline on a terminal: the same records, offline, as in the app.
#[derive(Debug, Parser)]
#[command(name = "leadline", version, after_long_help = AFTER_HELP, after_help = "Exit codes: see --help", propagate_version = true)]
pub struct Cli {
    /// Folder of the copies on this computer; without it, the app's own
    #[arg(long, global = true, env = "LEADLINE_PROFILE", value_name = "DIR")]
    pub profile: Option<PathBuf>,
    /// Whose copy, where several people work at this computer: an id of `leadline copies`; without it, the last used
    #[arg(long, global = true, value_name = "ID")]
    pub copy: Option<String>,
    /// Read the password from standard input, the first line
    #[arg(long, global = true)]
    pub password_stdin: bool,
    /// Print JSON, errors too
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sign in to a server, with a password or an invitation; needs the network
    #[command(visible_alias = "login")]
    SignIn(SignIn),
    /// Whose copies are on this computer
    Copies,
    /// Leads: add, list, show, edit
    #[command(subcommand)]
    Lead(Lead),
    /// Follow-ups: schedule, complete, list
    #[command(subcommand)]
    FollowUp(FollowUp),
    /// Payments of a converted lead: add, list, reverse, plan
    #[command(subcommand)]
    Payment(Payment),
    /// Whether you are at work: check in, pause, resume, check out; and who is here
    #[command(subcommand)]
    Attendance(Attendance),
    /// Send what waits, receive what is new; needs the network
    Sync {
        /// Stay and keep in sync until ended; holds the profile
        #[arg(long)]
        watch: bool,
    },
    /// What the server refused: kept until you decide
    #[command(subcommand)]
    Attention(Attention),
    /// The organisation's rules and lists: show them, and, as an Admin, set them
    #[command(subcommand)]
    Config(Config),
    /// Who is signed in, what waits to be sent, what was received
    Status,
    /// Repair the copy if it is damaged: the damaged file is set aside, what was not sent is read out of
    /// it, and the rest comes from the server
    Repair,
    /// Write facts for support to a file: versions, counts, sizes; no names, numbers, texts or tokens
    SupportBundle { file: PathBuf },
}

#[derive(Debug, Args)]
pub struct SignIn {
    /// The server's address, like leads.example.com or 127.0.0.1:8440
    #[arg(long, required_unless_present = "invitation")]
    pub server: Option<String>,
    #[arg(long, required_unless_present = "invitation")]
    pub email: Option<String>,
    /// The invitation's link, or its code with --server: the password given becomes yours
    #[arg(long, value_name = "LINK", conflicts_with = "email")]
    pub invitation: Option<String>,
    /// Six digits of the authenticator app, or a recovery code
    #[arg(long, value_name = "CODE")]
    pub second_factor: Option<String>,
    /// Where this computer has no keychain: keep the key, locked by the password, in a file that only you can read
    #[arg(long)]
    pub allow_key_file: bool,
    /// After the password was changed elsewhere and the old one is forgotten: begin a new copy. Otherwise
    /// LEADLINE_OLD_PASSWORD opens the old one
    #[arg(long)]
    pub new_copy: bool,
}

#[derive(Debug, Subcommand)]
pub enum Lead {
    /// Add a lead
    Add(Box<AddLead>),
    /// List leads, the last changed first
    List(ListLeads),
    /// Show one lead: fields, conflicts, follow-ups, notes, timeline
    Show {
        lead: String,
        /// Print, as JSON, the record as its document holds it: what is equal on every device
        #[arg(long)]
        record: bool,
    },
    /// Set fields; on a field in conflict this is the pick
    Set {
        lead: String,
        /// An empty value empties the field. Fields: name, phone, alt_phone, email, budget, source, language
        #[arg(required = true, value_parser = setting, value_name = "FIELD=VALUE")]
        settings: Vec<(LeadField, String)>,
    },
    /// Move a lead to a status: new, in_progress, cnp, interested, qualified, converted, lost
    Status {
        lead: String,
        to: String,
        /// Needed to drop (lost) or reopen
        #[arg(long)]
        reason: Option<String>,
    },
    /// Set the interest, 1 to 5, of a lead that is Interested
    Interest { lead: String, level: u8 },
    /// Settle a field in conflict by a raw value, as `show --json` gives it
    Pick { lead: String, field: LeadField, value: String },
    /// Add a note, or edit one
    Note(Note),
    /// Give leads to somebody; out of the server's reach it waits for the next sync
    Assign(Assign),
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whom").required(true).args(["to", "nobody", "take_back"])))]
pub struct Assign {
    /// One, or several at once
    #[arg(required = true, value_name = "LEAD")]
    pub leads: Vec<String>,
    /// A name, the beginnings of its words, or a user's id: whoever may be given leads
    #[arg(long, value_name = "PERSON")]
    pub to: Option<String>,
    /// Take it from its owner
    #[arg(long)]
    pub nobody: bool,
    /// Take back an assignment that still waits
    #[arg(long)]
    pub take_back: bool,
}

#[derive(Debug, Subcommand)]
pub enum Attendance {
    /// Begin work; it counts from when the server hears of it
    CheckIn,
    /// Take no leads for a while
    Pause {
        /// One of the organisation's
        #[arg(long)]
        reason: String,
    },
    /// Go on after a pause
    Resume,
    /// End work
    CheckOut,
    /// Where you stand
    Status,
    /// Where everybody in your sight stands, as it was received last
    Who,
}

#[derive(Debug, Args)]
pub struct AddLead {
    #[arg(long)]
    pub name: String,
    /// In any format; without + it is dialled in the organisation's country
    #[arg(long)]
    pub phone: String,
    #[arg(long, default_value = "")]
    pub alt_phone: String,
    #[arg(long, default_value = "")]
    pub email: String,
    /// In the organisation's currency, like 1,20,000
    #[arg(long, default_value = "")]
    pub budget: String,
    #[arg(long, default_value = "")]
    pub source: String,
    #[arg(long, default_value = "")]
    pub language: String,
    /// A first note
    #[arg(long, default_value = "")]
    pub note: String,
}

#[derive(Debug, Args)]
pub struct ListLeads {
    /// Begin of a word of name or e-mail; digits of a phone, in any format
    #[arg(long, short, default_value = "")]
    pub search: String,
    /// fresh, working, converted or dropped
    #[arg(long, value_parser = pool)]
    pub pool: Option<Pool>,
    /// May be given several times
    #[arg(long = "status", value_parser = status)]
    pub statuses: Vec<Status>,
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
    #[arg(long, default_value_t = 0)]
    pub offset: u32,
}

#[derive(Debug, Args)]
pub struct Note {
    pub lead: String,
    /// The text; `-` reads it from standard input
    pub text: String,
    /// Give this note (its id or the end of it) this text; what others type in it meanwhile is merged
    #[arg(long, value_name = "NOTE")]
    pub edit: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum FollowUp {
    /// Schedule a follow-up
    Add {
        lead: String,
        /// Local time of the organisation, 2026-11-22T17:00
        #[arg(long)]
        at: String,
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Record a follow-up's outcome
    Done {
        lead: String,
        /// Its id or the end of it; may be left out where only one is open
        follow_up: Option<String>,
        /// Like "Call made", "Not reachable", "Interested", "Not interested"
        #[arg(long)]
        outcome: String,
    },
    /// List open follow-ups, the earliest first: the next one of each lead, or all of one lead
    List {
        lead: Option<String>,
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
}

#[derive(Debug, Subcommand)]
pub enum Payment {
    /// Add a payment
    Add {
        lead: String,
        /// Like 1,00,000.50
        amount: String,
        /// upi, bank_transfer, cash, card or other
        #[arg(long)]
        mode: String,
        /// The day it came, 2026-11-22; today if left out
        #[arg(long)]
        day: Option<String>,
        /// Of the bank, the card or the receipt book
        #[arg(long)]
        reference: Option<String>,
        #[arg(long, default_value = "")]
        note: String,
    },
    /// What was paid, and every entry
    List { lead: String },
    /// Whom to collect from, in the order to call
    Customers {
        /// due, week, promised, completed or all
        #[arg(long, default_value = "due")]
        tab: String,
        /// Name or phone
        #[arg(long, default_value = "")]
        search: String,
    },
    /// All payments and refunds that count, the latest day first
    Records,
    /// Take an entry out of all sums
    Reverse {
        lead: String,
        /// Its id or the end of it
        entry: String,
        #[arg(long)]
        reason: String,
        /// The right amount, which takes its place
        #[arg(long)]
        corrected: Option<String>,
    },
    /// Give money back
    Refund {
        lead: String,
        amount: String,
        #[arg(long)]
        mode: String,
        #[arg(long)]
        day: Option<String>,
        #[arg(long)]
        reason: String,
    },
    /// Ask for less than the package
    Discount {
        lead: String,
        amount: String,
        #[arg(long)]
        reason: String,
    },
    /// Set the price agreed on; without an amount there is none any more
    Package { lead: String, total: Option<String> },
    /// Set all instalments anew, each like 2026-12-01=5000; none for no plan
    Plan { lead: String, instalments: Vec<String> },
    /// Save the receipt of a payment as a PDF
    Receipt {
        lead: String,
        /// Its id or the end of it
        entry: String,
        #[command(flatten)]
        file: PdfTo,
        /// a4, or roll for a till's printer of 80 mm
        #[arg(long, default_value = "a4")]
        paper: String,
    },
    /// Save every entry, and what they come to, as a PDF
    Statement {
        lead: String,
        #[command(flatten)]
        file: PdfTo,
    },
    /// Write down when they said they would pay
    Promise {
        lead: String,
        day: String,
        #[arg(long)]
        amount: Option<String>,
        #[arg(long, default_value = "")]
        note: String,
    },
}

#[derive(Debug, Args)]
pub struct PdfTo {
    /// The file to write; if left out, one of the document's own name in this folder
    #[arg(long)]
    pub to: Option<PathBuf>,
    /// english or hindi
    #[arg(long, default_value = "english")]
    pub language: String,
}

#[derive(Debug, Subcommand)]
pub enum Config {
    /// Show the settings, or one list: sources, languages, drop_reasons, follow_up_reasons, follow_up_outcomes, custom_fields
    Show { list: Option<String> },
    /// Set a rule, like `set tries_max 4`; of `logo` the value is a PNG file
    Set { setting: String, value: String },
    /// Go back to a rule's default
    Unset { setting: String },
    /// Add an entry to a list, or a field of your own to custom_fields
    Add {
        list: String,
        label: String,
        /// What a custom field holds
        #[arg(long, value_parser = ["text", "number", "date", "choice"])]
        kind: Option<String>,
        /// What a choice offers; may be given several times
        #[arg(long = "choice", value_name = "CHOICE")]
        choices: Vec<String>,
    },
    /// Rename an entry, named by its label or the end of its id
    Rename { list: String, entry: String, label: String },
    /// Offer an entry again
    Offer { list: String, entry: String },
    /// Offer an entry no more; records that have it keep it
    Withdraw { list: String, entry: String },
}

#[derive(Debug, Subcommand)]
pub enum Attention {
    /// What waits for a decision, newest first
    List,
    /// Issue the edit again, as a new one
    Retry { item: String },
    /// Send the edit on for a manager to decide; needs the network
    Send { item: String },
    /// Forget what was typed
    Discard { item: String },
}

fn setting(typed: &str) -> Result<(LeadField, String), String> {
    let (field, value) = typed.split_once('=').ok_or("write it as FIELD=VALUE, like email=asha@example.com")?;
    Ok((field.replace('-', "_").parse()?, value.to_owned()))
}

fn status(typed: &str) -> Result<Status, String> {
    typed.parse().map_err(|refusal: domain::Refusal| refusal.text)
}

fn pool(typed: &str) -> Result<Pool, String> {
    let names: Vec<_> = Pool::ALL.iter().map(|p| p.as_str()).collect();
    typed.parse().map_err(|e: String| format!("{e}; the pools are {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn settings_are_read_up_to_the_first_equals_sign() {
        assert_eq!(setting("alt-phone=").expect("a field"), (LeadField::AltPhone, String::new()));
        assert_eq!(setting("name=a=b").expect("a field"), (LeadField::Name, "a=b".into()));
        for wrong in ["phone", "salary=1"] {
            assert!(setting(wrong).is_err(), "{wrong}");
        }
    }
}
