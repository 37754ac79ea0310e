package ingest

import (
	"bytes"
	"context"
	"flag"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entrail/ingest/engine"
	"entrail/testdata/tenant"
)

// go test ./ingest -run - -bench Load -benchtime 3x -records 1000000
var benchRecords = flag.Int("records", 100_000, "records of the files that the benchmarks load")

// What DuckDB needs by itself for the same: its reader, one extraction of the
// same paths, the raw text kept, in a database file; nothing counted, hashed,
// compared or checked.
const (
	auditPaths = `
			'$.Id', '$.CreationTime', '$.RecordType', '$.Workload', '$.Operation', '$.UserId', '$.UserKey', '$.UserType',
			'$.ResultStatus', '$.ObjectId', '$.ClientIP', '$.ClientIPAddress', '$.ActorIpAddress', '$.ActorIP', '$.UserAgent',
			'$.ClientInfoString', '$.ActorInfoString', '$.AppId', '$.ApplicationId', '$.ClientAppId', '$.SessionId',
			'$.AppAccessContext.AADSessionId', '$.AppAccessContext.UniqueTokenId', '$.AppAccessContext.ClientAppId',
			'$.ExtendedProperties', '$.DeviceProperties', '$.ErrorNumber', '$.LogonError'`
	handWrittenAuditCSV = `create table audit as
		select AuditData as raw, json_extract_string(AuditData, [` + auditPaths + `]) as fields
		from read_csv(%s, columns = {RecordType: 'VARCHAR', CreationDate: 'VARCHAR', UserIds: 'VARCHAR', Operations: 'VARCHAR',
			AuditData: 'VARCHAR', ResultIndex: 'VARCHAR', ResultCount: 'VARCHAR', Identity: 'VARCHAR', IsValid: 'VARCHAR',
			ObjectState: 'VARCHAR'}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"')`
	handWrittenAuditJSON = `create table audit as
		select json as raw, json_extract_string(json, [` + auditPaths + `]) as fields
		from read_json_objects(%s, format = 'newline_delimited')`
	// A row has no text of its own: it is kept as JSON, as we do.
	handWrittenSignInCSV = `create table signins as
		select *, to_json(rows)::varchar as raw
		from read_csv(%s, all_varchar = true, auto_detect = true, header = true, delim = ',', quote = '"', escape = '"') as rows`
	handWrittenSignIns = `create table signins as
		select json as raw, json_extract_string(json, [
			'$.id', '$.createdDateTime', '$.userDisplayName', '$.userPrincipalName', '$.userId', '$.userType', '$.signInIdentifier',
			'$.servicePrincipalId', '$.servicePrincipalName', '$.appId', '$.appDisplayName', '$.resourceId', '$.resourceDisplayName',
			'$.ipAddress', '$.ipAddressFromResourceProvider', '$.autonomousSystemNumber', '$.location.city', '$.location.state',
			'$.location.countryOrRegion', '$.location.geoCoordinates.latitude', '$.location.geoCoordinates.longitude',
			'$.status.errorCode', '$.status.failureReason', '$.status.additionalDetails', '$.clientAppUsed', '$.authenticationProtocol',
			'$.originalTransferMethod', '$.incomingTokenType', '$.clientCredentialType', '$.tokenProtectionStatusDetails.signInSessionStatus',
			'$.userAgent', '$.deviceDetail.deviceId', '$.deviceDetail.displayName', '$.deviceDetail.operatingSystem', '$.deviceDetail.browser',
			'$.deviceDetail.isCompliant', '$.deviceDetail.isManaged', '$.deviceDetail.trustType', '$.conditionalAccessStatus',
			'$.authenticationRequirement', '$.authenticationMethodsUsed', '$.mfaDetail.authMethod', '$.mfaDetail.authDetail',
			'$.authenticationContextClassReferences', '$.sessionLifetimePolicies', '$.riskLevelDuringSignIn', '$.riskLevelAggregated',
			'$.riskState', '$.riskDetail', '$.riskEventTypes_v2', '$.networkLocationDetails', '$.sessionId', '$.uniqueTokenIdentifier',
			'$.correlationId', '$.originalRequestId', '$.tokenIssuerType', '$.crossTenantAccessType', '$.homeTenantId',
			'$.resourceTenantId', '$.resourceServicePrincipalId', '$.managedServiceIdentity', '$.flaggedForReview',
			'$.processingTimeInMilliseconds', '$.signInEventTypes']) as fields
		from read_json_objects(%s, format = 'array')`
	handWrittenPolicies = `create table policies as
		select id, unnest(json_extract(policies, '$[*]')) as policy
		from (select raw ->> '$.id' as id, raw -> '$.appliedConditionalAccessPolicies' as policies from signins)`
)

// BenchmarkLoad loads one big file a family, and lets DuckDB read the same
// bytes by itself in the same round. The metric that counts is ratio.
func BenchmarkLoad(b *testing.B) {
	for _, family := range []struct {
		name, file string
		fill       func(*tenant.Tenant, io.Writer) error
		duckdb     []string
	}{
		{"audit_csv", "audit.csv", func(t *tenant.Tenant, w io.Writer) error {
			return tenant.WriteCmdletCSV(w, 10, t.AuditEvents())
		}, []string{handWrittenAuditCSV}},
		{"audit_json", "audit.jsonl", func(t *tenant.Tenant, w io.Writer) error {
			return tenant.WriteAuditDataLines(w, t.AuditEvents())
		}, []string{handWrittenAuditJSON}},
		{"audit_csv_short", "audit.csv", func(t *tenant.Tenant, w io.Writer) error {
			return tenant.WriteCmdletCSV(w, 10, short(t.AuditEvents()))
		}, []string{handWrittenAuditCSV}},
		{"audit_json_short", "audit.jsonl", func(t *tenant.Tenant, w io.Writer) error {
			return tenant.WriteAuditDataLines(w, short(t.AuditEvents()))
		}, []string{handWrittenAuditJSON}},
		{"sign_in_csv", "signins.csv", func(t *tenant.Tenant, w io.Writer) error {
			return tenant.WritePortalCSV(w, 57, t.SignIns(tenant.Interactive))
		}, []string{handWrittenSignInCSV}},
		{"sign_in_json", "signins.json", func(t *tenant.Tenant, w io.Writer) error {
			return tenant.WritePortalJSON(w, t.SignIns(tenant.Interactive), tenant.OneLine)
		}, []string{handWrittenSignIns, handWrittenPolicies}},
	} {
		b.Run(family.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), family.file)
			f, err := os.Create(path)
			if err != nil {
				b.Fatal(err)
			}
			events := *benchRecords
			if strings.HasSuffix(family.name, "_short") {
				events *= 4
			}
			sample := tenant.New(tenant.Options{Seed: 1, SignIns: 2 * *benchRecords, AuditEvents: events})
			if err := family.fill(sample, f); err != nil {
				b.Fatal(err)
			}
			info, _ := f.Stat()
			f.Close()
			b.SetBytes(info.Size())
			ctx := context.Background()
			var ours, theirs time.Duration
			var records int64
			for b.Loop() {
				start := time.Now()
				summary, err := Load(ctx, filepath.Join(b.TempDir(), "case.duckdb"), []string{path}, Options{Engine: engine.Options{Temp: b.TempDir()}})
				if err != nil || !summary.Complete() {
					b.Fatal(summary, err)
				}
				ours += time.Since(start)
				records = summary.Records

				b.StopTimer()
				start = time.Now()
				e, err := engine.New(ctx, engine.Options{Temp: b.TempDir()})
				if err != nil {
					b.Fatal(err)
				}
				// The file is laid out as DuckDB does by itself; how a case is laid out is our part.
				by := []string{"set preserve_insertion_order = false", "attach " + engine.Literal(filepath.Join(b.TempDir(), "duckdb.duckdb")) + " as evidence", "use evidence"}
				for _, statement := range append(by, family.duckdb...) {
					if err := e.Exec(ctx, strings.ReplaceAll(statement, "%s", engine.Literal(path))); err != nil {
						b.Fatal(err)
					}
				}
				if err := e.Detach(ctx); err != nil {
					b.Fatal(err)
				}
				e.Close()
				theirs += time.Since(start)
				b.StartTimer()
			}
			b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio")
			b.ReportMetric(float64(records), "records")
		})
	}
}

// short are the audit records of at most 1,060 bytes, of 940 on average: one in four. What
// a record costs by itself weighs more in them than what its bytes cost.
func short(events iter.Seq[*tenant.AuditEvent]) iter.Seq[*tenant.AuditEvent] {
	return func(yield func(*tenant.AuditEvent) bool) {
		var text bytes.Buffer
		for e := range events {
			text.Reset()
			if err := tenant.WriteAuditDataLines(&text, slices.Values([]*tenant.AuditEvent{e})); err != nil {
				panic(err)
			}
			if text.Len() <= 1_060 && !yield(e) {
				return
			}
		}
	}
}
