//! Crashes: processes that are killed, disks that lose power, fill up, break or lie, files that are
//! damaged or cut short. What was acknowledged is there afterwards, once, or it is said what is not.

mod damage;
mod disk;
mod kills;
mod log;
mod power;
