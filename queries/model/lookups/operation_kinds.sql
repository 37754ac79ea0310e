-- description: What an operation of the audit log did, in a word, one row an operation. Those that are not here are named by
--   notable_operation, or stay without a word.
-- column operation varchar: its name in lower case, without the final dot or blank that some are logged with
-- column kind varchar: read, sent, removed, changed, downloaded, opened, shared, signed in
select
    operation,
    kind
from (values
    ('mailitemsaccessed', 'read'),
    ('messagebind', 'read'),
    ('folderbind', 'read'),
    ('searchqueryinitiatedexchange', 'searched'),
    ('searchqueryinitiatedsharepoint', 'searched'),
    ('searchqueryperformed', 'searched'),
    ('send', 'sent'),
    ('sendas', 'sent'),
    ('sendonbehalf', 'sent'),
    ('messagesent', 'sent'),
    ('chatcreated', 'sent'),
    ('softdelete', 'removed'),
    ('harddelete', 'removed'),
    ('movetodeleteditems', 'removed'),
    ('filedeleted', 'removed'),
    ('filerecycled', 'removed'),
    ('filedeletedfirststagerecyclebin', 'removed'),
    ('filedeletedsecondstagerecyclebin', 'removed'),
    ('folderdeleted', 'removed'),
    ('folderrecycled', 'removed'),
    ('filedownloaded', 'downloaded'),
    ('filesyncdownloadedfull', 'downloaded'),
    ('filesyncdownloadedpartial', 'downloaded'),
    ('fileaccessed', 'opened'),
    ('fileaccessedextended', 'opened'),
    ('filepreviewed', 'opened'),
    ('pageviewed', 'opened'),
    ('pageviewedextended', 'opened'),
    ('anonymouslinkcreated', 'shared'),
    ('anonymouslinkupdated', 'shared'),
    ('securelinkcreated', 'shared'),
    ('addedtosecurelink', 'shared'),
    ('companylinkcreated', 'shared'),
    ('sharingset', 'shared'),
    ('sharinginvitationcreated', 'shared'),
    ('userloggedin', 'signed in'),
    ('userloginfailed', 'failed to sign in'),
    ('mailboxlogin', 'signed in'),
    ('teamssessionstarted', 'signed in')
) as operations (operation, kind)
