-- description: Sign-ins with these error codes were interrupted, not refused: the user was
--   asked for something more. The portal shows them as Interrupted; its own list
--   is not published, this one follows the meaning of each code in
--   https://learn.microsoft.com/entra/identity-platform/reference-error-codes
create table interrupt_codes (
    error_code bigint, -- AADSTS number
    reason varchar -- what the user was asked for
);

insert into interrupt_codes values
    (16000, 'choose an account'),
    (16001, 'choose an account'),
    (16003, 'the account is not in this tenant yet'),
    (50055, 'the password has expired and must be changed'),
    (50058, 'no session to sign in with silently'),
    (50059, 'no tenant named in the request'),
    (50072, 'must enrol for multifactor authentication'),
    (50074, 'multifactor authentication is asked for'),
    (50076, 'multifactor authentication is asked for by a policy or a new place'),
    (50079, 'must enrol for multifactor authentication'),
    (50097, 'the device must authenticate'),
    (50125, 'password reset or registration came in between'),
    (50127, 'a broker app must be installed'),
    (50129, 'the device must be registered'),
    (50140, 'asked whether to stay signed in'),
    (50143, 'session does not match the resource tenant'),
    (50144, 'the on-premises password has expired'),
    (50158, 'sent on to an external challenge'),
    (50199, 'the user must confirm the sign-in'),
    (51006, 'Windows integrated authentication is needed'),
    (52004, 'the user must choose how to go on'),
    (65001, 'the user or an admin must consent'),
    (81010, 'seamless single sign-on ticket could not be read'),
    (81012, 'seamless single sign-on for another user'),
    (81014, 'seamless single sign-on ticket was too old');
