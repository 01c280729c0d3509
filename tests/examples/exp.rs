//! x
use std::time::Instant;
use tests::hostile::{office, chunk};
fn rss() -> String { std::fs::read_to_string("/proc/self/status").unwrap().lines().filter(|l| l.starts_with("VmHWM")).collect() }
fn uleb(mut b: &[u8]) -> (u64, &[u8]) { let mut n=0; let mut s=0; loop { let x=b[0]; b=&b[1..]; n |= u64::from(x&0x7f)<<s; s+=7; if x&0x80==0 {return (n,b)} } }
fn sleb_w(out: &mut Vec<u8>, mut v: i64) { loop { let b=(v as u8)&0x7f; v >>=7; let done = (v==0 && b&0x40==0) || (v==-1 && b&0x40!=0); out.push(if done {b} else {b|0x80}); if done {return} } }
fn main() {
    let which = std::env::args().nth(1).unwrap();
    let item = office::honest_items().into_iter().find(|(n,_)| *n=="add-tag").unwrap().1;
    match which.as_str() {
        "rle" => {
            let n: i64 = std::env::args().nth(2).unwrap().parse().unwrap();
            // parse the change head, replace all column contents by long runs
            let b = &item.change;
            let (_, rest) = uleb(&b[9..]);
            let start = rest;
            let (nd, mut r) = uleb(rest); r=&r[32*nd as usize..];
            let (al, r2)=uleb(r); r=&r2[al as usize..];
            let (_, r2)=uleb(r); r=r2; let (_, r2)=uleb(r); r=r2; let (_, r2)=uleb(r); r=r2;
            let (ml, r2)=uleb(r); r=&r2[ml as usize..];
            let (oa, r2)=uleb(r); r=r2; assert_eq!(oa,0);
            let head_len = start.len()-r.len();
            let (nc, mut r)=uleb(r);
            let mut cols=vec![];
            for _ in 0..nc { let (s,r2)=uleb(r); let (l,r2)=uleb(r2); r=r2; cols.push((s,l)); }
            println!("{cols:?}");
            let mut content = start[..head_len].to_vec();
            let mut datas: Vec<(u64, Vec<u8>)> = vec![];
            for (s,l) in cols { let d=&r[..l as usize]; r=&r[l as usize..];
                println!("col {s:#x} {d:02x?}");
                let mut out=vec![];
                match s & 7 { 4 => { if d.len()==1 { chunk::leb128(&mut out, n as u64)} else { out.push(0); chunk::leb128(&mut out, n as u64);} }
                    7 => out.extend_from_slice(&vec![b'x'; 0]),
                    5 => { sleb_w(&mut out, n); out.push(1); out.push(b'k'); }
                    6 => { sleb_w(&mut out, n); out.push(0); }
                    _ => { sleb_w(&mut out, n); out.push(if s==0x42 {1} else {0}); } }
                datas.push((s,out)); }
            chunk::leb128(&mut content, datas.len() as u64);
            for (s,d) in &datas { chunk::leb128(&mut content, *s); chunk::leb128(&mut content, d.len() as u64); }
            for (_,d) in &datas { content.extend(d); }
            let bytes = chunk::written(1, &content);
            println!("{} bytes", bytes.len());
            let t=Instant::now();
            let old = std::panic::catch_unwind(|| automerge::Change::from_bytes(bytes.clone()).map(|c| c.len()));
            println!("automerge {:?} {:?} {}", old.map_err(|_| "panic"), t.elapsed(), rss());
            let t=Instant::now();
            let g = records::gate(&bytes);
            println!("gate {:?} {:?} {}", g.map(|g| g.seq), t.elapsed(), rss());
            let t=Instant::now();
            let mut d = office::document();
            println!("apply {:?} {:?} {}", d.apply_trusted(&bytes), t.elapsed(), rss());
        }
        "msgpack" => {
            let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
            println!("{}", rss());
            // items: [ {doc:.., envelope: { c: {k: .. , x: [nil; n]}}]
            let mut b = vec![0x81]; b.push(0xa5); b.extend(b"items"); b.push(0x91);
            b.push(0x81); b.push(0xa8); b.extend(b"envelope"); b.push(0x81); b.push(0xa1); b.push(b'c');
            b.push(0x81); b.push(0xa1); b.push(b'x'); b.push(0xdd); b.extend((n as u32).to_be_bytes()); b.extend(vec![0xc0; n]);
            let t=Instant::now();
            let e = rmp_serde::from_slice::<protocol::push::PushRequest>(&b).err().map(|e| e.to_string());
            println!("{e:?} {:?} {} for {} bytes", t.elapsed(), rss(), b.len());
        }
        _ => {}
    }
}
