//! Saving receipts and statements where this person's downloads are, and opening them in the system's viewer, which
//! prints. What is saved there is the person's own: no lock and no wipe of the copy reaches it.

use super::{Station, opener};
use crate::error::ClientError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bridge::payment::{Document, DocumentSave, PdfFile, ReceiptPdf, SavedFile, StatementPdf};
use bridge::{Problem, ProblemCode};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Files of one name.
const SAME_MAX: u32 = 200;

impl Station {
    /// Makes the document, saves it and, where asked for, opens it.
    ///
    /// # Errors
    /// As the requests that make it; `Disk`.
    pub(super) fn save_document(&self, ask: &DocumentSave) -> Result<SavedFile, Problem> {
        let (desk, language) = (self.opened()?.desk, ask.language);
        let made = match ask.document {
            Document::Receipt { lead, entry, paper } => desk.ask(ReceiptPdf { lead, entry, paper, language }),
            Document::Statement { lead } => desk.ask(StatementPdf { lead, language }),
        }?;
        let none = || Problem::new(ProblemCode::Disk, "This computer names no folder for downloads.");
        let folder = dirs::download_dir().or_else(dirs::document_dir).or_else(dirs::home_dir).ok_or_else(none)?;
        let path = keep(&folder, &made)?;
        let is_opened = ask.open && opener::open(&path);
        Ok(SavedFile { path: path.display().to_string(), is_opened })
    }
}

/// Writes a file of its own name, with a number behind it where that is taken.
fn keep(folder: &Path, made: &PdfFile) -> Result<PathBuf, ClientError> {
    let content = STANDARD.decode(&made.content).map_err(|e| ClientError::Internal(e.to_string()))?;
    std::fs::create_dir_all(folder)?;
    let stem = made.name.trim_end_matches(".pdf");
    for n in 1..=SAME_MAX {
        let path = folder.join(if n == 1 { made.name.clone() } else { format!("{stem} ({n}).pdf") });
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(&content)?;
                return Ok(path);
            }
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e.into()),
        }
    }
    Err(std::io::Error::from(ErrorKind::AlreadyExists).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_is_never_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let made = |text: &str| PdfFile { name: "Receipt R-00001.pdf".into(), content: STANDARD.encode(text) };
        let inside = folder.path().join("Downloads");
        let first = keep(&inside, &made("one")).expect("saved");
        let second = keep(&inside, &made("two")).expect("saved");
        assert_eq!(second.file_name().and_then(|name| name.to_str()), Some("Receipt R-00001 (2).pdf"));
        assert_eq!(std::fs::read_to_string(first).expect("there"), "one");
        assert_eq!(std::fs::read_to_string(second).expect("there"), "two");
    }
}
