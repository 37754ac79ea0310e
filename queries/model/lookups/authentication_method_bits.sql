-- description: The bits of UserAuthenticationMethod in the sign-ins of the audit log, one row a bit: how the user proved who
--   they are; several may be set. Microsoft does not publish them.
-- column bit bigint: its value
-- column method varchar: the method, in words
select
    bit::bigint as bit,
    method
from (values
    (1, 'password in the cloud'),
    (2, 'Temporary Access Pass'),
    (4, 'Seamless single sign-on'),
    (8, 'pass-through authentication'),
    (16, 'password hash synchronisation'),
    (64, 'phone sign-in'),
    (256, 'staged rollout'),
    (262144, 'Windows Hello for Business'),
    (524288, 'QR code'),
    (1048576, 'SMS'),
    (2097152, 'certificate'),
    (8388608, 'macOS platform credential'),
    (16777216, 'QR code and PIN'),
    (33554432, 'passkey bound to a device'),
    (67108864, 'passkey that is synchronised'),
    (134217728, 'one-time code by e-mail')
) as bits (bit, method)
