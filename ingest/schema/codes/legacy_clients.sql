-- description: Clients that sign in with a protocol that cannot do multifactor
--   authentication: https://learn.microsoft.com/entra/identity/monitoring-health/howto-customize-filter-logs
create table legacy_clients (
    client_app varchar -- as in sign_ins.client_app, lower case
);

insert into legacy_clients values
    ('authenticated smtp'),
    ('autodiscover'),
    ('exchange activesync'),
    ('exchange activesync (supported)'),
    ('exchange activesync (unsupported)'),
    ('exchange online powershell'),
    ('exchange web services'),
    ('imap'),
    ('imap4'),
    ('mapi'),
    ('mapi over http'),
    ('offline address book'),
    ('older office clients'),
    ('other clients'),
    ('other clients; imap'),
    ('other clients; mapi'),
    ('other clients; older office clients'),
    ('other clients; pop'),
    ('other clients; smtp'),
    ('outlook anywhere (rpc over http)'),
    ('outlook service'),
    ('pop'),
    ('pop3'),
    ('reporting web services'),
    ('smtp'),
    ('universal outlook');
