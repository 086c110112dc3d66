//! `locate`: where a tenant's data rests after a run, from the facts.

use super::args::{Format, LocateArgs};
use super::failure::Failure;
use super::interrupt;
use super::nearest::nearest;
use super::run::{conclude, load, simulate};
use super::terminal::Terminal;
use crate::outcome::Verdict;
use crate::report;
use crate::terms::Names;

pub(super) fn locate(args: &LocateArgs, terminal: &Terminal) -> Result<Verdict, Failure> {
    interrupt::ends_with(interrupt::nothing_kept);
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
    terminal.print(&located.unwrap_or_else(|| unreachable!("the metrics follow every named tenant")));
    Ok(conclude(&outcome, terminal))
}

fn unknown(tenant: &str, names: &Names) -> String {
    format!("the scenario names no tenant `{tenant}`{}", nearest(tenant, &names.tenants, "it names"))
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
