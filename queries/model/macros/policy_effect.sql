-- description: What a policy with result failure did to its sign-in, in words.
-- parameters: status, by_conditional_access, is_of_code
case
    when status = 'success' then 'not met, yet signed in'
    when not coalesce(is_of_code, false) then 'with its result failure'
    when by_conditional_access then 'stopped'
    when status = 'interrupted' then 'asked for more'
    else 'asked for more, not passed'
end
