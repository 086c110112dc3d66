//! Where a run plays: the built-in topology and what is changed of it.

use super::super::pen::{Pen, Setting, one_of};
use crate::scenario::Topology;
use crate::sim::chance::Chance;
use crate::terms::{Boundary, Datacenter};

/// A boundary, and who votes there.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    pub(super) boundary: String,
    pub(super) sites: [String; 2],
    pub(super) witness: String,
    pub(super) units: Vec<String>,
    /// The countries whose tenants are at home there.
    pub(super) countries: Vec<String>,
    /// A datacenter of the boundary in which none of its units has a seat.
    pub(super) spare: Option<String>,
}

impl Ground {
    fn of(topology: &Topology, boundary: Boundary) -> Self {
        let name = |datacenter: Datacenter| topology.datacenters[datacenter.index()].name.clone();
        let units: Vec<_> = topology.units.iter().filter(|unit| unit.boundary == boundary).collect();
        let at_home = topology.countries.iter().filter(|rule| rule.boundary == Some(boundary));
        Self {
            boundary: topology.boundaries[boundary.index()].name.clone(),
            sites: units[0].sites.map(name),
            witness: name(units[0].witness),
            units: units.iter().map(|unit| unit.name.clone()).collect(),
            countries: at_home.map(|rule| rule.row.code.to_string()).collect(),
            spare: None,
        }
    }

    /// The datacenters of the three voters.
    pub(super) fn voters(&self) -> [&str; 3] {
        [&self.sites[0], &self.sites[1], &self.witness]
    }

    /// One of them, the two sites more often than the witness.
    pub(super) fn voter(&self, chance: &mut Chance) -> &str {
        let [a, b, witness] = self.voters();
        one_of::<&str>(chance, &[a, b, a, b, witness])
    }

    /// Two different ones, in one of both orders.
    pub(super) fn link(&self, chance: &mut Chance) -> (&str, &str) {
        let [a, b, witness] = self.voters();
        *one_of(chance, &[(a, b), (b, a), (a, witness), (witness, a), (b, witness), (witness, b)])
    }
}

/// The boundaries of a run, and all of its datacenters.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) grounds: Vec<Ground>,
    /// Each with the place of its boundary among the grounds; first those of the built-in topology.
    pub(super) datacenters: Vec<(String, usize)>,
    built_in: usize,
    /// Whether Australia has a boundary of its own to move to.
    pub(super) australia: bool,
}

/// Another world than the built-in one: the word for it, what a scenario says of it, and what follows from that.
type Variant = (&'static str, &'static str, fn(&mut Field));

/// The built-in topology and its variants.
const VARIANTS: [Variant; 6] = [
    ("built-in", "", |_| {}),
    ("witness-apart", include_str!("witness_apart.toml"), |field| {
        field.has_spare("virginia", "amer");
        field.ground("emea").witness = "virginia".into();
        field.ground("apac").witness = "virginia".into();
    }),
    ("other-witnesses", include_str!("other_witnesses.toml"), |field| {
        for (boundary, witness) in [("emea", "texas"), ("apac", "pune"), ("amer", "amsterdam"), ("india", "hong-kong")]
        {
            field.ground(boundary).witness = witness.into();
        }
    }),
    // The witness stands inside the boundary, in the datacenter that had been one of the pair.
    ("other-pairs", include_str!("other_pairs.toml"), |field| {
        field.stands("frankfurt", "emea");
        let emea = field.ground("emea");
        emea.sites = ["dublin", "frankfurt"].map(Into::into);
        emea.witness = "amsterdam".into();
    }),
    ("australia", include_str!("australia.toml"), |field| {
        let islands = ["CX", "CC"];
        field.ground("apac").countries.retain(|country| !islands.contains(&country.as_str()));
        field.grounds.push(Ground {
            boundary: "australia".into(),
            sites: ["sydney", "melbourne"].map(Into::into),
            witness: "singapore".into(),
            units: ["australia-1", "australia-2"].map(Into::into).into(),
            countries: Vec::new(),
            spare: None,
        });
        field.stands("sydney", "australia");
        field.stands("melbourne", "australia");
        field.australia = true;
    }),
    ("spares", include_str!("spares.toml"), |field| {
        for (datacenter, boundary) in
            [("tokyo", "apac"), ("frankfurt", "emea"), ("virginia", "amer"), ("mumbai", "india")]
        {
            field.has_spare(datacenter, boundary);
        }
    }),
];

/// How good links, access, disks and datacenters are. Access loses one message in two hundred at most: of a message
/// that was lost there is no fact, and a client that loses several in a row takes that for darkness.
const QUALITIES: [Setting; 4] = [
    (
        "links",
        &[
            ("as-built", ""),
            ("slow", "[topology.links]\njitter = \"4ms\"\nbandwidth = \"2 MB/s\""),
            ("lossy", "[topology.links]\nloss = \"0.5%\""),
        ],
    ),
    (
        "access",
        &[
            ("as-built", ""),
            ("slow", "[topology.access]\ndelay = \"150ms\"\njitter = \"30ms\""),
            ("lossy", "[topology.access]\nloss = \"0.5%\""),
        ],
    ),
    ("disks", &[("as-built", ""), ("slow", "flush = \"15ms\"\ndisk_rate = \"40 MB/s\"")]),
    (
        "serving",
        &[
            ("as-built", ""),
            ("varying", "service_scv = 1.0"),
            ("costly-reads", "reseed_cost = \"30%\""),
            ("free-reads", "reseed_cost = \"0%\""),
        ],
    ),
];

impl Field {
    /// The built-in topology.
    pub(super) fn of(topology: &Topology) -> Self {
        let boundaries = (0..topology.boundaries.len()).map(|place| Boundary(place as u8));
        Self {
            grounds: boundaries.map(|boundary| Ground::of(topology, boundary)).collect(),
            datacenters: topology.datacenters.iter().map(|row| (row.name.clone(), row.boundary.index())).collect(),
            built_in: topology.datacenters.len(),
            australia: false,
        }
    }

    /// Draws a variant of this world, and writes it.
    pub(super) fn draw(mut self, pen: &mut Pen<'_>) -> Self {
        let words = VARIANTS.map(|(word, ..)| word);
        let word = pen.choose("topology", &words).unwrap_or("built-in");
        if let Some((_, text, change)) = VARIANTS.iter().find(|variant| variant.0 == word) {
            let says = text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
            pen.line(says.trim_end());
            change(&mut self);
        }
        let [links, access, disks, serving] = QUALITIES;
        pen.set(&links);
        pen.set(&access);
        pen.line("\n[topology.datacenter_defaults]");
        let boot = pen.chance(&["boot"]).between(5, 40);
        pen.line(&format!("boot = \"{boot}s\""));
        pen.set(&disks);
        pen.set(&serving);
        self.rows(pen);
        self
    }

    /// What each built-in datacenter has of its own: a clock that is off, or few requests that it can serve.
    fn rows(&self, pen: &mut Pen<'_>) {
        let apart = pen.choose("clocks", &["as-built", "apart"]) == Some("apart");
        let tight = pen.choose("capacity", &["as-built", "tight"]) == Some("tight");
        for (name, _) in self.datacenters.iter().take(self.built_in).filter(|_| apart || tight) {
            let mut chance = pen.chance(&["datacenter", name]);
            pen.line(&format!("\n[topology.datacenters.{name}]"));
            if apart {
                let (early, offset) = (*one_of(&mut chance, &["", "-"]), chance.below(100));
                let (slow, drift) = (*one_of(&mut chance, &["", "-"]), chance.below(190));
                pen.line(&format!("clock_offset = \"{early}{offset}ms\"\nclock_drift_ppm = {slow}{drift}"));
            }
            if tight {
                pen.line(&format!("rate = {}", chance.between(4, 12)));
            }
        }
    }

    fn ground(&mut self, boundary: &str) -> &mut Ground {
        let found = self.grounds.iter_mut().find(|ground| ground.boundary == boundary);
        found.expect("variants name boundaries that there are")
    }

    fn has_spare(&mut self, datacenter: &str, boundary: &str) {
        self.stands(datacenter, boundary);
        self.ground(boundary).spare = Some(datacenter.into());
    }

    fn stands(&mut self, datacenter: &str, boundary: &str) {
        let place = self.grounds.iter().position(|ground| ground.boundary == boundary);
        self.datacenters.push((datacenter.into(), place.expect("variants name boundaries that there are")));
    }
}
