-- description: Where a page of an adversary in the middle (AiTM) leads: OfficeHome, Office 365 or Exchange Online, on
--   a device that is not registered.
-- parameters: app_id, device_id
coalesce(device_id, '') = '' and app_id in (
    '4765445b-32c6-49b0-83e6-1d93765276ca', '72782ba9-4490-4f03-8d82-562370ea3566', '00000002-0000-0ff1-ce00-000000000000'
)
