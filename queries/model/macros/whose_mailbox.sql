-- description: Whose mailbox it is, for a sentence about the actor; an alias is the part before the @.
-- parameters: actor, mailbox
case
    when mailbox is null then 'a mailbox'
    when actor in (mailbox, mailbox || '@' || coalesce(mail_domain(actor), '')) then 'their own mailbox'
    else 'the mailbox ' || mailbox
end
