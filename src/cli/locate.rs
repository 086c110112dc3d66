//! `locate`: where a tenant's data rests after a run, from the facts.

use super::args::{Format, LocateArgs};
use super::failure::Failure;
use super::run::{conclude, load, simulate};
use super::terminal::Terminal;
use crate::outcome::Verdict;
use crate::report;
use crate::terms::Names;

pub(super) fn locate(args: &LocateArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    let scenario = load(&args.subject)?;
    let tenant = args.tenant.as_str();
    if !scenario.names.tenants.iter().any(|name| name == tenant) {
        return Err(Failure::Usage(unknown(tenant, &scenario.names)));
    }
    let outcome = simulate(&scenario, &args.subject, terminal);
    let located = match args.format {
        Format::Text => report::located_text(&outcome, tenant, terminal.paint()),
        Format::Json => outcome.located_as_json(tenant),
    };
    terminal.print(&located.unwrap_or_else(|| unreachable!("the metrics follow every named tenant")))?;
    Ok(conclude(&outcome, terminal))
}

fn unknown(tenant: &str, names: &Names) -> String {
    let by_likeness = |a: &&String, b: &&String| likeness(tenant, a).total_cmp(&likeness(tenant, b));
    let help = match names.tenants.iter().max_by(by_likeness) {
        None => ", nor any other".to_owned(),
        Some(nearest) if likeness(tenant, nearest) > 0.7 => format!(": did you mean `{nearest}`?"),
        Some(_) => format!(": it names {}", listed(&names.tenants)),
    };
    format!("the scenario names no tenant `{tenant}`{help}")
}

fn likeness(a: &str, b: &str) -> f64 {
    strsim::jaro_winkler(&a.to_lowercase(), &b.to_lowercase())
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(tenants: &[&str]) -> Names {
        Names { tenants: tenants.iter().map(|&name| name.to_owned()).collect(), ..Names::default() }
    }

    #[test]
    fn an_unknown_tenant_gets_the_nearest_name() {
        assert!(unknown("Contso", &names(&["contoso", "fabrikam"])).ends_with("did you mean `contoso`?"));
        assert!(unknown("zzz", &names(&["contoso", "fabrikam"])).ends_with("it names `contoso`, `fabrikam`"));
        assert!(unknown("zzz", &names(&[])).ends_with("no tenant `zzz`, nor any other"));
    }
}
