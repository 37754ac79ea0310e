package tenant

// App is an application or a resource. The ids of Microsoft's are the real
// ones: https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
type App struct {
	ID, Name  string
	owner     string // tenant id of the publisher
	principal GUID   // its service principal in the tenant
}

const microsoftTenant = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"

func firstParty(id, name string) *App {
	return &App{id, name, microsoftTenant, fixedGUID("app "+id, 0)}
}

func thirdParty(name, owner string) *App {
	return &App{fixedGUID("app "+name, 0).String(), name, owner, fixedGUID("principal "+name, 0)}
}

var (
	officeHome    = firstParty("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome")
	teams         = firstParty("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams")
	teamsWeb      = firstParty("5e3ce6c0-2b1f-4285-8d4b-75ee78787346", "Microsoft Teams Web Client")
	outlookWeb    = firstParty("9199bf20-a13f-4107-85dc-02114787ef48", "One Outlook Web")
	outlookMobile = firstParty("27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile")
	officeDesktop = firstParty("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office")
	oneDriveSync  = firstParty("ab9b8c07-8f02-4f72-87fa-80105867a763", "OneDrive SyncEngine")
	sharePointWeb = firstParty("08e18876-6177-487e-b8b5-cf950c1e598c", "SharePoint Online Web Client Extensibility")
	azurePortal   = firstParty("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal")
	azurePS       = firstParty("1950a258-227b-4e31-a9cf-717495945fc2", "Microsoft Azure PowerShell")
	aadPS         = firstParty("1b730954-1685-4b74-9bfd-dac224a7b894", "Azure Active Directory PowerShell")
	authBroker    = firstParty("29d9ed98-a469-4536-ade2-f981bc1d605e", "Microsoft Authentication Broker")
	windowsSignIn = firstParty("38aa3b87-a06d-4817-b275-7a316988d93b", "Windows Sign In")

	exchange    = firstParty("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online")
	sharePoint  = firstParty("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online")
	graph       = firstParty("00000003-0000-0000-c000-000000000000", "Microsoft Graph")
	teamsSvc    = firstParty("cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", "Microsoft Teams Services")
	azureMgmt   = firstParty("797f4846-ba00-4fd7-ba43-dac1f8f63013", "Windows Azure Service Management API")
	aadGraph    = firstParty("00000002-0000-0000-c000-000000000000", "Windows Azure Active Directory")
	keyVault    = firstParty("cfa8b339-82a2-471a-a3c9-0fc0be7a4093", "Azure Key Vault")
	blobStorage = firstParty("e406a681-f3d4-42a8-90b6-c2b029497af1", "Azure Storage")

	expenses = thirdParty("Fabrikam Expenses", fabrikamTenant)
	crm      = thirdParty("Northwind CRM", fixedGUID("tenant northwind", 0).String())
	// RogueApp is the application that the intruder consents to.
	rogueApp = thirdParty("eM Backup for 0utlook", fixedGUID("tenant of the rogue app", 0).String())
)

// Principal is a service principal or a managed identity.
type Principal struct {
	ID         GUID
	App        *App
	Managed    bool
	msiType    string // systemAssigned, userAssigned; Managed only
	resourceID string // what a managed identity belongs to
	hosts      *Network
	key        GUID // id of its credential
	credential string
	thumbprint string
	uses       []*App
	share      float64 // of the sign-ins of all principals, out of 138
}

func principal(name string, hosts *Network, credential string, share float64, uses ...*App) *Principal {
	p := &Principal{
		ID: fixedGUID("principal "+name, 0), App: thirdParty(name, TenantID), hosts: hosts,
		key: fixedGUID("key "+name, 0), credential: credential, uses: uses, share: share,
	}
	if credential == "certificate" {
		p.thumbprint = "5C8F41A0B7D34E92A1160E3B9D27F4C86A10E5B3"
	}
	return p
}

func managed(name, kind, resource string, share float64, uses ...*App) *Principal {
	p := principal(name, nil, "managedIdentity", share, uses...)
	p.Managed, p.msiType = true, kind
	p.resourceID = "/subscriptions/" + fixedGUID("subscription", 0).String() + "/resourceGroups/rg-contoso/providers/" + resource
	return p
}

var principals = []*Principal{
	principal("Contoso Backup", buildHosts, "certificate", 30, exchange, sharePoint),
	principal("Contoso HR Sync", buildHosts, "clientSecret", 24, graph),
	principal("Contoso Build", cloudHosts, "federatedIdentityCredential", 22, azureMgmt),
	principal("Contoso SIEM Connector", cloudHosts, "clientSecret", 14, graph, azureMgmt),
	managed("func-invoices", "systemAssigned", "Microsoft.Web/sites/func-invoices", 26, keyVault, blobStorage),
	managed("vm-reporting", "systemAssigned", "Microsoft.Compute/virtualMachines/vm-reporting", 14, azureMgmt),
	managed("id-deploy", "userAssigned", "Microsoft.ManagedIdentity/userAssignedIdentities/id-deploy", 8, keyVault),
}
