-- description: What happened, in a sentence: who did what to what, from where, and how it ended. words are those of audit_words, target
--   is the name of what was acted on, meaning is what the code of a sign-in means.
-- parameters: source, actor, action, target, words, place, result, meaning
regexp_replace(concat(
    coalesce(nullif(actor, ''), '(nobody named)'),
    case
        when source = 'sign_ins' then ' ' || case
            when starts_with(result, 'success') then 'signed in to '
            when starts_with(result, 'interrupted') then 'was asked for something more at the sign-in to '
            else 'failed to sign in to '
        end || coalesce(target, 'an application that is not named') || case when contains(action, 'non_interactive') then ' (non-interactive)' else '' end
        when words is not null then case when starts_with(words, ':') then '' else ' ' end || words || case when ends_with(words, ' to') then ' ' || coalesce(target, 'a service that is not named') else coalesce(': ' || target, '') end
        else ': ' || coalesce(action, 'an act that is not named') || coalesce(', ' || nullif(target, ''), '')
    end,
    -- the mail is not from there
    case when regexp_matches(words, ' inbox rule | mail flow rule | sent on to ') then ',' else '' end || ' from ' || nullif(place, ''),
    case
        when source = 'sign_ins' or words in ('signed in to', 'failed to sign in to') then
            case when not starts_with(result, 'success') then ': ' || coalesce(rtrim(split_part(meaning, '. ', 1), '.'), result) end
        when regexp_matches(lower(result), '^(fail|false|partiallysucceeded)') then '; it failed'
        when source <> 'audit_events' then '; ' || nullif(result, '')
    end
), '\s+', ' ', 'g')
