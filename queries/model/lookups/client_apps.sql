-- description: What the client apps are that the portal names, one row a name. See legacy_clients for those without modern
--   authentication.
-- source: https://learn.microsoft.com/entra/identity/monitoring-health/howto-customize-filter-logs
-- column client_app varchar: as in sign_ins.client_app, lower case
-- column meaning varchar: in a sentence
select
    client_app,
    meaning
from (values
    ('browser', 'A web browser.'),
    ('mobile apps and desktop clients', 'Applications with modern authentication.'),
    ('modern clients', 'Applications with modern authentication.'),
    ('authenticated smtp', 'Sends mail with user name and password.'),
    ('smtp', 'Sends mail with user name and password.'),
    ('imap4', 'Reads mail with user name and password.'),
    ('imap', 'Reads mail with user name and password.'),
    ('pop3', 'Fetches mail with user name and password.'),
    ('pop', 'Fetches mail with user name and password.'),
    ('autodiscover', 'A mail client looking for its mailbox.'),
    ('exchange activesync', 'The mail client of a phone.'),
    ('exchange activesync (supported)', 'The mail client of a phone, of a kind that Conditional Access can tell apart.'),
    ('exchange activesync (unsupported)', 'The mail client of a phone, of a kind that Conditional Access can only block.'),
    ('unknown', 'The export does not say: the portal counts it among the other clients.'),
    ('exchange online powershell', 'Remote administration of Exchange with user name and password.'),
    ('exchange web services', 'Programs, and older Outlook, that work in mailboxes.'),
    ('mapi over http', 'Outlook 2010 and later without modern authentication.'),
    ('mapi', 'Outlook without modern authentication.'),
    ('offline address book', 'A mail client downloading address lists.'),
    ('outlook anywhere (rpc over http)', 'Outlook 2016 and earlier.'),
    ('outlook service', 'The mail and calendar applications of Windows 10.'),
    ('universal outlook', 'The mail and calendar applications of Windows 10.'),
    ('reporting web services', 'Programs that fetch Exchange reports.'),
    ('older office clients', 'Office without modern authentication.'),
    ('other clients', 'Anything else, mostly with user name and password, or not identified.')
) as apps (client_app, meaning)
