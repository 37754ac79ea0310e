-- description: Settings of the tenant: its domains, what Exchange audits, who may invite and consent.
-- source: https://learn.microsoft.com/graph/api/resources/organization, https://learn.microsoft.com/powershell/module/exchange/get-organizationconfig
-- position: 44
-- words: kind, authentication_type, invites_from
-- snapshot: organisation settings
-- id: id
-- time: snapshot_time
-- timeline: no, what stood at one time is no event
create table state_organization (
    file_id integer, -- the file it came from
    record bigint, -- its number in that file
    snapshot_time timestamp, -- when it stood so (UTC): the time in the file's name by the clock of who exported it, else the file's own
    id varchar, -- of the setting: id, else name
    kind varchar, -- organization, domain, Exchange, audit, authorization
    name varchar, -- as exported
    domains varchar, -- verified domains, comma-joined, lower case
    authentication_type varchar, -- of a domain: Managed, Federated
    is_verified boolean, -- of a domain
    is_audit_disabled boolean, -- Exchange audits no mailbox
    is_audit_log_on boolean, -- the unified audit log is written
    invites_from varchar, -- who may invite guests
    raw varchar -- the source record as JSON
);
