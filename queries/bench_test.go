package queries

import (
	"context"
	"testing"
	"time"
)

// BenchmarkReports asks the reports that read both logs of a tenant with a
// million audit events and 300,000 sign-ins in 20,000 sessions.
func BenchmarkReports(b *testing.B) {
	c := openCase(b, Filter{}, time.UTC,
		`insert into sign_ins (file_id, record, id, event_time, category, user_principal_name, user_id, app_id, app_display_name, ip_address, autonomous_system_number, country, status, error_code, operating_system, user_agent, session_id)
			select 1, i, 'id' || i, timestamp '2026-09-01' + to_seconds((i * 8)::integer), ['interactive', 'non_interactive'][1 + i % 2],
				'user' || (i % 2000) || '@contoso.com', 'oid' || (i % 2000), 'app' || (i % 60), 'App ' || (i % 60),
				'198.51.' || (i % 200) || '.' || (i % 7), 64500 + i % 9, ['NL', 'DE', 'US'][1 + (i % 997) // 400],
				case when i % 12 = 0 then 'failure' else 'success' end, case when i % 12 = 0 then 50126 else 0 end,
				['Windows10', 'Ios 18'][1 + i % 2], 'Mozilla/5.0 (' || (i % 40) || ')', case when i % 12 > 0 then 'sid' || (i % 20000) end
			from range(300000) as r (i)`,
		`insert into audit_events (file_id, record, id, event_time, user_id, operation, workload, record_type, ip_address, session_id, sign_in_id, app_id, user_agent, is_system, raw)
			select 2, i, 'a' || i, timestamp '2026-09-01' + to_seconds((i * 2)::integer), 'user' || (i % 2000) || '@contoso.com',
				['FileAccessed', 'MailItemsAccessed', 'UserLoggedIn', 'New-InboxRule', 'UserLoginFailed'][1 + i % 5], ['Exchange', 'SharePoint'][1 + i % 2], 2,
				'198.51.' || (i % 210) || '.' || (i % 7), 'sid' || (i % 20000), 'id' || (i % 300000), 'app' || (i % 60), 'Mozilla/5.0', i % 10 = 0, '{}'
			from range(1000000) as r (i)`)
	for _, name := range []string{"sessions", "session_events", "coverage", "summary"} {
		b.Run(name, func(b *testing.B) {
			report, _ := Lookup(name)
			for range b.N {
				r, err := c.Run(context.Background(), report)
				if err != nil {
					b.Fatal(err)
				}
				for _, err := range r.Rows {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
