-- title: Entra portal sign-ins, CSV
-- family: Entra sign-ins
-- description: Entra admin center > Sign-in logs > Download > CSV, of users (44 to 57 columns since 2023), service
--   principals and managed identities (22 columns). Policies, risk and coordinates are not in these files; the
--   kind of sign-in is only in the file's name.
--   https://learn.microsoft.com/entra/identity/monitoring-health/howto-download-logs
--   The portal names columns in its user's language, and writes some values in it, too: Spanish and French are known in part.
-- in Spanish: Fecha (UTC) = Date (UTC); Id. de usuario = User ID; Usuario = User; Nombre de usuario = Username
-- in Spanish: Tipo de usuario = User type; Dirección IP = IP address; Ubicación = Location
-- in Spanish: Número de sistema autónomo = Autonomous system number; Sistema operativo = Operating System
-- in Spanish: Explorador = Browser; Agente de usuario = User agent; Aplicación cliente = Client app
-- in Spanish: Id. de correlación = Correlation ID; Estado = Status; Motivo del error = Failure reason
-- in Spanish: Tipo de credencial de cliente = Client credential type; Protocolo de autenticación = Authentication Protocol
-- in Spanish: Requisito de autenticación = Authentication requirement; Aplicación = Application; Recurso = Resource

-- in Spanish: Id. de solicitud = Request ID; Id. de aplicación = Application ID; Id. de recurso = Resource ID
-- in Spanish: Id. de sesión = Session ID; Id. de dispositivo = Device ID; Acceso condicional = Conditional Access
-- in Spanish: Código de error de inicio de sesión = Sign-in error code; Administrado = Managed; Compatible = Compliant
-- in French: Nom d'utilisateur = Username; Adresse IP = IP address; Emplacement = Location
-- in French: Numéro de système autonome = Autonomous system number; Système d'exploitation = Operating System
-- in French: Navigateur = Browser; Agent utilisateur = User agent; Application cliente = Client app; Statut = Status
-- in French: Protocole d'authentification = Authentication Protocol; Ressource = Resource
-- in French: Exigence d'authentification = Authentication requirement; ID d'application = Application ID
-- in French: Méthode d'authentification multifacteur = Multifactor authentication auth method
-- in French: ID de session = Session ID; ID de l'appareil = Device ID; Conforme = Compliant; Géré = Managed
-- in French: Code d'erreur de connexion = Sign-in error code; Méthode de transfert d'origine = Original transfer method
-- in French: Type d'accès client croisée = Cross tenant access type

-- in French: ID de demande = Request ID; ID de la demande = Request ID; ID de corrélation = Correlation ID
-- in French: ID d'utilisateur = User ID; Utilisateur = User; Type d'utilisateur = User type
-- in French: ID de ressource = Resource ID; Accès conditionnel = Conditional Access; Motif de l'échec = Failure reason
-- recognised by: csv Date (UTC); Request ID; Application; Status; IP address
-- recognised by: csv Date (UTC); Username; Application; Status; IP address
-- recognised by: csv Date (UTC); Request ID; Service principal ID; Application; Status

-- table: sign_ins
with fields as (
    select
        file_id,
        record,
        category,
        raw,
        from_json(body, '{
            "Date (UTC)": "VARCHAR",
            "Request ID": "VARCHAR",
            "User agent": "VARCHAR",
            "Correlation ID": "VARCHAR",
            "User ID": "VARCHAR",
            "User": "VARCHAR",
            "Username": "VARCHAR",
            "User type": "VARCHAR",
            "Cross tenant access type": "VARCHAR",
            "Incoming token type": "VARCHAR",
            "Incoming token type (2)": "VARCHAR",
            "Authentication Protocol": "VARCHAR",
            "Unique token identifier": "VARCHAR",
            "Original transfer method": "VARCHAR",
            "Client credential type": "VARCHAR",
            "Token Protection - Sign In Session": "VARCHAR",
            "Application": "VARCHAR",
            "Application ID": "VARCHAR",
            "Resource": "VARCHAR",
            "Resource ID": "VARCHAR",
            "Resource tenant ID": "VARCHAR",
            "Home tenant ID": "VARCHAR",
            "IP address": "VARCHAR",
            "Location": "VARCHAR",
            "Status": "VARCHAR",
            "Sign-in error code": "VARCHAR",
            "Failure reason": "VARCHAR",
            "Client app": "VARCHAR",
            "Device ID": "VARCHAR",
            "Browser": "VARCHAR",
            "Operating System": "VARCHAR",
            "Compliant": "VARCHAR",
            "Managed": "VARCHAR",
            "Join Type": "VARCHAR",
            "Multifactor authentication result": "VARCHAR",
            "Multifactor authentication auth method": "VARCHAR",
            "Multifactor authentication auth detail": "VARCHAR",
            "Authentication requirement": "VARCHAR",
            "Sign-in identifier": "VARCHAR",
            "Session ID": "VARCHAR",
            "IP address (seen by resource)": "VARCHAR",
            "Autonomous system number": "VARCHAR",
            "Flagged for review": "VARCHAR",
            "Token issuer type": "VARCHAR",
            "Latency": "VARCHAR",
            "Conditional Access": "VARCHAR",
            "Managed Identity type": "VARCHAR",
            "Associated Resource Id": "VARCHAR",
            "Federated Token Id": "VARCHAR",
            "Federated Token Issuer": "VARCHAR",
            "Token Protection - Sign In Session StatusCode": "VARCHAR",
            "Through Global Secure Access": "VARCHAR",
            "Global Secure Access IP address": "VARCHAR",
            "Home tenant name": "VARCHAR",
            "Token issuer name": "VARCHAR",
            "App owner tenant ID": "VARCHAR",
            "Resource owner tenant ID": "VARCHAR",
            "Credential key ID": "VARCHAR",
            "Credential thumbprint": "VARCHAR",
            "Service principal ID": "VARCHAR",
            "Service principal name": "VARCHAR"
        }') as f
    from source
),

-- "City, State, CC" with parts that may be missing and a comma that may be in the
-- state: "London, London, City of, GB", as ISO 3166-2 has it
located as (
    select
        *,
        list_transform(string_split(f.Location, ','), p -> filled(trim(p))) as place,
        case
            when portal_status(f.Status) = 'success' then 0
            else whole(f."Sign-in error code")
        end as error_code
    from fields
)
select
    file_id,
    record,
    filled(f."Request ID") as id,
    utc(f."Date (UTC)") as event_time,
    category,
    lower(filled(f.Username)) as user_principal_name,
    unguarded(f.User) as user_display_name,
    filled(f."User ID") as user_id,
    lower(filled(f."User type")) as user_type,
    unguarded(f."Sign-in identifier") as sign_in_identifier,
    filled(f."Service principal ID") as service_principal_id,
    filled(f."Service principal name") as service_principal_name,
    filled(f."Application ID") as app_id,
    unguarded(f.Application) as app_display_name,
    filled(f."Resource ID") as resource_id,
    filled(f.Resource) as resource_display_name,
    bare_ip(f."IP address") as ip_address,
    bare_ip(f."IP address (seen by resource)") as ip_address_from_resource_provider,
    nullif(whole(f."Autonomous system number"), 0) as autonomous_system_number,
    case when len(place) >= 2 then place[1] end as city,
    case when len(place) >= 3 then filled(array_to_string(place[2:-2], ', ')) end as state,
    case when regexp_matches(place[-1], '^[A-Za-z]{2}$') then upper(place[-1]) end as country,
    coalesce(portal_status(f.Status), sign_in_status(error_code)) as status,
    error_code,
    case when error_code <> 0 then unguarded(f."Failure reason") end as failure_reason,
    filled(f."Client app") as client_app,
    nullif(lower(filled(f."Client app")), 'unknown') in (select client_app from legacy_clients) as is_legacy_auth,
    filled(f."Authentication Protocol") as authentication_protocol,
    filled(f."Original transfer method") as original_transfer_method,
    coalesce(filled(f."Incoming token type"), filled(f."Incoming token type (2)")) as incoming_token_type,
    filled(f."Client credential type") as client_credential_type,
    filled(f."Token Protection - Sign In Session") as token_protection_status,
    unguarded(f."User agent") as user_agent,
    filled(f.Browser) as browser,
    filled(f."Operating System") as operating_system,
    filled(f."Device ID") as device_id,
    truth(f.Compliant) as is_compliant,
    truth(f.Managed) as is_managed,
    filled(f."Join Type") as trust_type,
    access_status(f."Conditional Access") as conditional_access_status,
    false as has_policy_detail,
    factors(f."Authentication requirement") as authentication_requirement,
    filled(f."Multifactor authentication result") as mfa_result,
    filled(f."Multifactor authentication auth method") as mfa_method,
    unguarded(f."Multifactor authentication auth detail") as mfa_detail,
    filled(f."Session ID") as session_id,
    unguarded(f."Unique token identifier") as unique_token_id,
    filled(f."Correlation ID") as correlation_id,
    token_issuer(f."Token issuer type") as token_issuer_type,
    filled(f."Cross tenant access type") as cross_tenant_access_type,
    filled(f."Home tenant ID") as home_tenant_id,
    filled(f."Resource tenant ID") as resource_tenant_id,
    nullif(concat_ws(' ', nullif(lower(filled(f."Managed Identity type")), 'none'), filled(f."Associated Resource Id")), '') as managed_identity,
    filled(f."Federated Token Id") as federated_token_id,
    filled(f."Federated Token Issuer") as federated_token_issuer,
    filled(f."Credential key ID") as service_principal_credential_key_id,
    filled(f."Credential thumbprint") as service_principal_credential_thumbprint,
    filled(f."Token Protection - Sign In Session StatusCode") as token_protection_status_code,
    truth(f."Through Global Secure Access") as is_through_global_secure_access,
    bare_ip(f."Global Secure Access IP address") as global_secure_access_ip_address,
    filled(f."Home tenant name") as home_tenant_name,
    filled(f."Token issuer name") as token_issuer_name,
    filled(f."App owner tenant ID") as app_owner_tenant_id,
    filled(f."Resource owner tenant ID") as resource_owner_tenant_id,
    truth(f."Flagged for review") as flagged_for_review,
    whole(f.Latency) as latency_ms,
    raw
from located
