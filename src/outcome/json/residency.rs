//! What came to rest where, and which cells of the coverage matrix that visited.

use super::{Json, Pairs, by_name, list, object, text};
use crate::audit::Rests;
use crate::metrics::Crossing;
use crate::outcome::Outcome;
use crate::terms::Rule;

impl Outcome {
    pub(super) fn residence(&self) -> Json {
        list(self.coverage.rests.iter().map(|&Rests { apart, copy, home, datacenter, landings }| {
            object! {
                "home": self.names.boundary(home),
                "copy": copy.name(),
                "datacenter": self.names.datacenter(datacenter),
                "apart_by": apart.map(text),
                "landings": landings,
            }
        }))
    }

    pub(super) fn transit(&self) -> Json {
        list(self.measurements.transit.crossings().map(|&Crossing { home, network, sent, shown }| {
            object! {
                "home": self.names.boundary(home),
                "network": self.names.boundary(network),
                "sent": sent,
                "shown": shown,
            }
        }))
    }

    /// When a landing of a tenant was last judged.
    pub(super) fn verified(&self, tenant: &str) -> Json {
        self.seen_of(tenant).verified.map(text).into()
    }

    /// Records of a tenant outside the boundary of its billing country, by rule.
    pub(super) fn apart(&self, tenant: &str) -> Json {
        let apart = Rule::ALL.into_iter().zip(self.seen_of(tenant).apart);
        by_name(apart.filter(|&(_, records)| records > 0).map(|(rule, records)| (text(rule), records)))
    }

    pub(super) fn cells(&self) -> Json {
        list(self.covered().into_iter().map(|(cell, landings)| {
            object! {
                "rule": text(cell.rule),
                "copy": cell.copy.name(),
                "datacenter": self.names.datacenter(cell.datacenter),
                "fault": cell.fault,
                "landings": landings,
            }
        }))
    }
}
