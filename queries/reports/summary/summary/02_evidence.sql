-- title: evidence
-- description: What was read, and what of it is shown.
with evidence_files as (
    select
        count(*) filter (where format not in ('zip', 'tar')) as recognised,
        count(*) filter (where coalesce(format, '') not in ('zip', 'tar')) as given,
        count(*) filter (where format in ('zip', 'tar')) as archives, -- their files stand beside them
        few(list(regexp_extract(path, '[^/\\]*$') order by file_id) filter (where format is null)) as unrecognised_list,
        coalesce(sum(records), 0)::bigint as records,
        coalesce(sum(loaded), 0)::bigint as loaded,
        coalesce(sum(duplicates), 0)::bigint as duplicates,
        coalesce(sum(rejected), 0)::bigint as rejected,
    from evidence.files
),
shown_period as (
    select
        min(event_time) as first_event,
        max(event_time) as last_event,
        count(*) as events,
    from events
),
-- Records of a portal download that are no events of their own.
steps as (
    select
        (select count(*) from evidence.sign_in_steps where file_id is not null) as sign_in_steps,
        (select count(*) from evidence.provisioning_steps where file_id is not null)
            + (select count(*) from evidence.provisioning_changes where file_id is not null) as provisioning_parts,
)
select
    1 as item_no,
    'files' as item,
    case when recognised < given then recognised || ' of ' || given || ' read' else recognised || ' read' end as value,
    nullif(concat_ws(
        '; ',
        case when recognised < given then 'not read: ' || unrecognised_list end,
        case when archives > 0 then counted(archives, 'archive', 'archives') || ' opened' end
    ), '') as detail,
from evidence_files
union all
select 2, 'records', records::varchar,
    loaded || ' loaded'
        || coalesce(' (' || nullif(concat_ws(
            ', ',
            case when sign_in_steps + provisioning_parts > 0 then (loaded - sign_in_steps - provisioning_parts) || ' events' end,
            case when sign_in_steps > 0 then counted(sign_in_steps, 'step', 'steps') || ' of sign-ins' end,
            case when provisioning_parts > 0 then counted(provisioning_parts, 'step or property', 'steps and properties') || ' of provisioning' end
        ), '') || ')', '')
        || ', ' || counted(duplicates, 'duplicate', 'duplicates') || ' taken out, ' || rejected || ' could not be read',
from evidence_files, steps
union all
select 3, 'events shown', events::varchar, period_text(first_event, last_event),
from shown_period
