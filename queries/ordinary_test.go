package queries

import (
	"testing"
	"time"
)

// TestOrdinaryIndicators: of an account's sign-ins in two places at once the owner's own end
// is told from the intruder's, by what was there before the incident.
func TestOrdinaryIndicators(t *testing.T) {
	t.Parallel()
	const (
		signIns  = `insert into sign_ins (file_id, record, id, event_time, user_principal_name, user_id, app_id, ip_address, autonomous_system_number, country, latitude, longitude, user_agent, browser, operating_system, device_id, session_id, unique_token_id, authentication_requirement, status, error_code, category, raw) `
		anns     = `'ann@contoso.com', 'a1', 'app', `
		habitual = signIns + `select 1, n, 'w' || n, timestamp '2026-09-10 08:00' + interval 1 day * n, ` + anns +
			`'192.0.2.10', 64496, 'NL', 52.4, 4.9, 'Edge', 'Edge 140', 'Windows10', null, 's' || n, 't' || n, 'multi_factor', 'success', 0, 'interactive', '{}' from range(1, 20) as r(n)`
		colleague = signIns + `select 2, n, 'c' || n, timestamp '2026-09-10 09:00' + interval 1 day * n, 'bob@contoso.com', 'b1', 'app', ` +
			`'192.0.2.20', 64496, 'NL', 52.4, 4.9, 'Linux', 'Firefox 128', 'Linux', null, 'cs' || n, 'ct' || n, 'multi_factor', 'success', 0, 'interactive', '{}' from range(1, 20) as r(n)`
		incident = signIns + `values
			(3, 1, 'h', '2026-10-01 08:00', ` + anns + `'198.51.100.7', 64599, 'NL', 52.4, 4.9, 'Home', 'Edge 140', 'Windows10', 'laptop', 'home', 'home token', 'multi_factor', 'success', 0, 'interactive', '{}'),
			(3, 2, 'x', '2026-10-01 08:30', ` + anns + `'45.77.1.9', 20473, 'US', 40.7, -74.0, 'axios/1.7', 'axios', 'Linux', null, 'stolen', 'stolen token', 'single_factor', 'success', 0, 'interactive', '{}'),
			(3, 3, 'y', '2026-10-01 09:30', ` + anns + `'45.77.1.9', 20473, 'US', 40.7, -74.0, 'Linux', 'Firefox 128', 'Linux', null, 'stolen', 'second token', 'single_factor', 'success', 0, 'interactive', '{}'),
			(3, 4, 'z', '2026-10-01 10:30', ` + anns + `'192.0.2.10', 64496, 'NL', 52.4, 4.9, 'Edge', 'Edge 140', 'Windows10', null, 'stolen', 'own token', 'multi_factor', 'success', 0, 'interactive', '{}')`
	)
	c := openCase(t, Filter{}, time.UTC, habitual, colleague, incident)
	for _, test := range []struct{ value, want, reason string }{
		{"45.77.1.9", "none", "the intruder's address, new with the incident"},
		{"AS20473", "none", "and its network"},
		{"axios/1.7", "none", "and its program"},
		{"stolen", "none", "the session of both is the one that was stolen"},
		{"stolen token", "none", "a token of the intruder's"},
		{"Linux", "in use before the incident, since 2026-09-11 09:00", "the intruder's browser, and a colleague's"},
		{"app", "in use before the incident, since 2026-09-11 08:00", "an application of everybody"},
		{"198.51.100.7", "", "the owner's end of a move to a new country is no evidence, new as its address is"},
		{"laptop", "", "its device"},
		{"home", "", "its session"},
		{"home token", "", "its token"},
		{"own token", "only in the owner's own records", "in the stolen session, from the address of every day"},
		{"192.0.2.10", "in use before the incident, since 2026-09-11 08:00", "the address of every day"},
	} {
		if got := answer(t, c, "select coalesce(ordinary, 'none') from incident_values where value = '"+test.value+"'"); got != test.want {
			t.Errorf("%s (%s): %q, want %q", test.value, test.reason, got, test.want)
		}
	}
}
