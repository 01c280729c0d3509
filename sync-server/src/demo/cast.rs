//! Who works at Nakshatra Academy, and what the people who ask there are called and say.

use domain::Role;

pub struct Person {
    pub name: &'static str,
    pub role: Role,
    pub team: Option<&'static str>,
}

impl Person {
    /// First name at the academy.
    pub fn email(&self) -> String {
        let first = self.name.split(' ').next().unwrap_or(self.name);
        format!("{}@nakshatra.example", first.to_lowercase())
    }
}

const fn person(name: &'static str, role: Role, team: Option<&'static str>) -> Person {
    Person { name, role, team }
}

pub const PEOPLE: &[Person] = &[
    person("Ananya Iyer", Role::SuperAdmin, None),
    person("Vikram Shah", Role::Admin, None),
    person("Meera Nair", Role::Manager, Some("Pune")),
    person("Ravi Deshmukh", Role::TeamLead, Some("Pune")),
    person("Simran Kaur", Role::TeamLead, Some("Delhi")),
    person("Joseph Mathew", Role::TeamLead, Some("Kochi")),
    person("Asha Menon", Role::Salesperson, Some("Pune")),
    person("Sanjay Kulkarni", Role::Salesperson, Some("Pune")),
    person("Pooja Patil", Role::Salesperson, Some("Pune")),
    person("Arjun Malhotra", Role::Salesperson, Some("Delhi")),
    person("Neha Gupta", Role::Salesperson, Some("Delhi")),
    person("Imran Qureshi", Role::Salesperson, Some("Delhi")),
    person("Lakshmi Pillai", Role::Salesperson, Some("Kochi")),
    person("Thomas Varghese", Role::Salesperson, Some("Kochi")),
    person("Fatima Rahman", Role::Salesperson, Some("Kochi")),
    person("Deepak Joshi", Role::RecoveryAgent, None),
    person("Sunita Rao", Role::FinanceManager, None),
    person("Karthik Subramanian", Role::Analyst, None),
];

pub const FIRST: &[&str] = &[
    "Aarav",
    "Aditi",
    "Aishwarya",
    "Akash",
    "Amit",
    "Anjali",
    "Arnav",
    "Bhavna",
    "Chetan",
    "Deepika",
    "Dev",
    "Divya",
    "Farhan",
    "Gaurav",
    "Gayatri",
    "Harish",
    "Isha",
    "Jyoti",
    "Kabir",
    "Kavya",
    "Kiran",
    "Lavanya",
    "Manish",
    "Manoj",
    "Maya",
    "Mohit",
    "Nandini",
    "Naveen",
    "Nikhil",
    "Nisha",
    "Omkar",
    "Parvati",
    "Prakash",
    "Priya",
    "Rahul",
    "Rajesh",
    "Rekha",
    "Ritu",
    "Rohan",
    "Sachin",
    "Sakshi",
    "Sameer",
    "Sandhya",
    "Shreya",
    "Siddharth",
    "Sneha",
    "Suresh",
    "Swati",
    "Tanvi",
    "Tarun",
    "Uma",
    "Varun",
    "Vidya",
    "Vivek",
    "Yash",
    "Zoya",
];

pub const LAST: &[&str] = &[
    "Agarwal",
    "Ahuja",
    "Banerjee",
    "Bhat",
    "Bose",
    "Chatterjee",
    "Chauhan",
    "Chopra",
    "Das",
    "Dubey",
    "Fernandes",
    "Gandhi",
    "Ghosh",
    "Hegde",
    "Iyengar",
    "Jain",
    "Jadhav",
    "Kamath",
    "Kapoor",
    "Khan",
    "Krishnan",
    "Kumar",
    "Mehta",
    "Mishra",
    "Mukherjee",
    "Naidu",
    "Pandey",
    "Pawar",
    "Pillai",
    "Prasad",
    "Rao",
    "Reddy",
    "Saxena",
    "Sen",
    "Sharma",
    "Shetty",
    "Singh",
    "Sinha",
    "Thakur",
    "Trivedi",
    "Verma",
    "Yadav",
];

/// Names as their owners write them: Devanagari, Arabic, and from further away.
pub const WHOLE: &[&str] = &[
    "प्रिया शर्मा",
    "राहुल वर्मा",
    "सुनीता देशपांडे",
    "अमित कुलकर्णी",
    "कविता जोशी",
    "विजय पाटील",
    "أحمد الفارسي",
    "فاطمة الزهراء",
    "محمد بن راشد",
    "ليلى حداد",
    "Lukas Schäfer",
    "Zoë O’Connor",
    "Jürgen Müller",
    "Chloé Dubois",
    "Nguyễn Thị Mai",
];

pub const NOTES: &[&str] = &[
    "Wants the weekend batch, asked for the fee structure on WhatsApp.",
    "Comparing with two other institutes; decision after the family talks it over.",
    "Asked whether the demo class is free. Said yes, sent the link.",
    "Brother studied here in 2022. Mentioned the early-bird discount.",
    "Prefers Hindi. Call after 6 pm, works until then.",
    "Needs EMI over six months.\nFather pays: call him for the payment part.",
    "फीस के बारे में पूछा, शाम को कॉल करना है।",
    "Number belongs to the mother; ask for Rohit.",
    "Interested in the placement record, sent the brochure.",
    "Visited the centre on Saturday and liked the lab.",
];

pub const CALLS: &[&str] = &["Spoke", "No answer", "Busy", "Switched off", "Asked to call later"];
pub const TAGS: &[&str] = &["Hot", "Weekend batch", "EMI", "Referral", "Walk-in"];
