package sigma

import (
	"fmt"
	"slices"
	"strings"

	"entrail/ingest/engine"
	"entrail/queries/rules"
)

// Grouped are the fields that a correlation adds to those of a rule it stands on.
func (r Rule) Grouped(base Rule) []string { return r.correlate.grouped(base) }

// compileCorrelation writes a correlation. A window ends at each event and begins a timespan
// before; windows that fit and touch are one hit. An event without one of the fields to group
// by is left out.
func (r Rule) compileCorrelation(logs map[string]*Log, all []Rule) rules.Rule {
	c := r.correlate
	bases, _ := r.Find(all)
	var steps, events, needs []string
	for i, base := range bases {
		one := newCompiler(base, logs[base.Table], fmt.Sprintf("_%d", i+1), c.grouped(base))
		steps = append(steps, one.steps())
		var keys, given []string
		for _, name := range c.groupBy {
			keys = append(keys, one.first(c.fieldOf(name, base)))
		}
		counted := "null::varchar"
		given = slices.Clone(keys)
		if c.field != "" {
			counted = one.first(c.fieldOf(c.field, base))
			given = append(given, counted)
		}
		where := ""
		if len(given) > 0 {
			where = "\n    where " + strings.Join(given, " is not null and ") + " is not null"
		}
		number := 0 // which of the rules it is does not matter: a record counts once
		if strings.HasPrefix(c.kind, "temporal") {
			number = i + 1
		}
		events = append(events, fmt.Sprintf("    select %d as rule, file_id, record, id, event_time, ip_address, who, what, target, app_id, session_id, [%s]::varchar[] as keys, %s as counted\n    from hits_%d%s",
			number, strings.Join(keys, ", "), counted, i+1, where))
		if !slices.Contains(needs, base.Table) {
			needs = append(needs, base.Table)
		}
	}
	steps = append(steps, "-- What the rules found, with what it is grouped by.\nevents as (\n"+strings.Join(events, "\n    union\n")+"\n)")
	steps = append(steps, c.windows()...)
	steps = append(steps, `-- Windows that touch are one.
marked as (
    select
        *,
        max(window_end) over (partition by keys order by window_start, window_end rows between unbounded preceding and 1 preceding) as ended
    from windows
),
numbered as (
    select
        *,
        count(*) filter (where ended is null or ended < window_start) over (partition by keys order by window_start, window_end) as stretch
    from marked
),
periods as (
    select keys, stretch, min(window_start) as period_start, max(window_end) as period_end
    from numbered
    group by keys, stretch
),
evidence_records as (
    select distinct p.keys, p.stretch, e.* exclude (keys, rule)
    from periods as p
    join events as e on e.keys = p.keys and e.event_time between p.period_start and p.period_end
)`)
	counted := ""
	if c.kind == "value_count" {
		counted = ", count(distinct counted) || ' values of ' || " + engine.Literal(c.field)
	}
	return r.rule(needs, "with\n"+strings.Join(steps, ",\n")+fmt.Sprintf(`
select
    %s as severity,
    concat(
        %s, ': ', coalesce(listed(list(distinct who order by who)), 'an actor that is not logged'), ', ',
        coalesce(listed(list(distinct what order by what)), 'what is not logged'), ', ', count(distinct (file_id, record)), ' records'%s,
        ', from ' || listed(list(distinct ip_address order by ip_address)), '.'
    ) as what,
    case when count(distinct who) = 1 then min(who) end as who,
    min(event_time) as first_seen,
    max(event_time) as last_seen,
    count(distinct (file_id, record)) as events,
    case when count(distinct target) = 1 then min(target) end as target,
    case when count(distinct app_id) = 1 then min(app_id) end as app_id,
    case when count(distinct session_id) = 1 then min(session_id) end as session_id,
    list(distinct ip_address order by ip_address) filter (where ip_address is not null) as ip_addresses,
    null::varchar as rarity,
    concat(%s, ' ', array_to_string(keys, ' '), ' ', min(event_time)) as act,
    list(distinct {'file_id': file_id, 'record': record, 'id': id} order by {'file_id': file_id, 'record': record, 'id': id}) as records
from evidence_records
group by keys, stretch
order by first_seen, who, what`, engine.Literal(r.Severity), engine.Literal(r.Title), counted, engine.Literal(r.Name)))
}

// windows are the steps up to windows: by keys, when each that fits began and ended.
func (c *correlation) windows() []string {
	span := fmt.Sprintf("interval %d second", c.seconds)
	if c.kind == "temporal_ordered" {
		steps := []string{"-- When the first of the rules was, at each event of the last that has the others before it, in their order.\n" +
			"ordered_1 as (\n    select *, case when rule = 1 then event_time end as start_1\n    from events\n)"}
		last := len(c.rules)
		for i := 2; i <= last; i++ {
			steps = append(steps, fmt.Sprintf("ordered_%d as (\n    select\n        *,\n        case when rule = %[1]d then max(start_%[2]d) over (partition by keys order by event_time) end as start_%[1]d\n    from ordered_%[2]d\n)", i, i-1))
		}
		return append(steps, fmt.Sprintf("windows as (\n    select keys, start_%d as window_start, event_time as window_end\n    from ordered_%[1]d\n    where start_%[1]d >= event_time - %[2]s\n)", last, span))
	}
	times := map[string]string{"event_count": "count(*)", "value_count": "count(distinct counted)", "temporal": "count(distinct rule)"}[c.kind]
	return []string{
		fmt.Sprintf("-- How often, in the window that ends at each event.\ntimes as (\n    select\n        keys,\n        event_time,\n        %s over of_window as times,\n        min(event_time) over of_window as window_start\n    from events\n    window of_window as (partition by keys order by event_time range between %s preceding and current row)\n)", times, span),
		fmt.Sprintf("windows as (\n    select keys, window_start, event_time as window_end\n    from times\n    where times %s %d\n)", comparisons[c.compare], c.count),
	}
}
