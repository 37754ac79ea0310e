package tenant

import (
	"encoding/json"
	"io"
	"time"
)

// Truth is what is in an export folder, counted on the model. Names of maps and
// fields are the tables' columns and values where there are any; users are in
// lower case, times are UTC. Everything but Files counts a record once, in
// however many files it is.
type Truth struct {
	Files   []FileTruth   `json:"files"`
	SignIns SignInTruth   `json:"sign_ins"`
	Audit   AuditTruth    `json:"audit_events"`
	Session SessionsTruth `json:"sessions"`
	// DecodedTokens counts the audit events whose token id is that of a sign-in
	// in the files.
	DecodedTokens int           `json:"decoded_tokens"`
	Incident      IncidentTruth `json:"incident"`
}

// FileTruth is one file; Path is relative to the folder, a zip's member as
// a.zip!b.csv.
type FileTruth struct {
	Path    string `json:"path"`
	Records int    `json:"records"`
	// Repeats are the records that are in an earlier file too, or earlier in
	// this one. JSON sign-ins come before CSV, being richer; else the order is
	// that of the paths.
	Repeats int `json:"repeats"`
}

// SignInTruth counts the distinct sign-ins.
type SignInTruth struct {
	Total      int                    `json:"total"`
	ByCategory map[string]int         `json:"by_category"`
	ByStatus   map[string]int         `json:"by_status"` // success, failure, interrupted
	ByUser     map[string]StatusCount `json:"by_user"`
	ByWeek     map[string]WeekCount   `json:"by_week"` // ISO: 2026-W42
	ByApp      map[string]AppCount    `json:"by_app"`  // by app_display_name
	ByCA       map[string]int         `json:"by_conditional_access_status"`
	Failures   map[int]int            `json:"by_error_code"` // without 0
	// Policies count results by policy name, of the sign-ins whose file has the
	// applied policies (the interactive ones).
	Policies map[string]map[string]int `json:"policies"`
	Steps    int                       `json:"steps"` // of the AuthDetails file
}

// StatusCount is a number of sign-ins by status.
type StatusCount struct {
	SignIns     int `json:"sign_ins"`
	Success     int `json:"success"`
	Failure     int `json:"failure"`
	Interrupted int `json:"interrupted"`
}

// WeekCount counts sign-ins of all categories, and the users among them.
type WeekCount struct {
	SignIns int `json:"sign_ins"`
	Users   int `json:"users"`
}

// AppCount counts the sign-ins to an application, and the users among them.
type AppCount struct {
	AppID   string `json:"app_id"`
	SignIns int    `json:"sign_ins"`
	Users   int    `json:"users"`
}

// AuditTruth counts the distinct events of the unified audit log.
type AuditTruth struct {
	Total        int            `json:"total"`
	ByOperation  map[string]int `json:"by_operation"`
	ByRecordType map[int]int    `json:"by_record_type"`
	ByUser       map[string]int `json:"by_user"`
	Logons       map[string]int `json:"logons"` // record type 15, by operation
	System       int            `json:"system"` // NT AUTHORITY\SYSTEM
}

// SessionsTruth is every session id, over both logs.
type SessionsTruth struct {
	Total int            `json:"total"`
	List  []SessionTruth `json:"list"` // by id
}

// SessionTruth is one session id. Countries are of its sign-ins; the audit log
// knows none.
type SessionTruth struct {
	ID          string    `json:"session_id"`
	Users       []string  `json:"users"`
	SignIns     int       `json:"sign_ins"`
	AuditEvents int       `json:"audit_events"`
	IPs         []string  `json:"ip_addresses"`
	Countries   []string  `json:"countries"`
	First       time.Time `json:"first"`
	Last        time.Time `json:"last"`
}

// IncidentTruth is the answer that the responder looks for.
type IncidentTruth struct {
	User             string    `json:"user"`
	SessionID        string    `json:"session_id"`
	SprayIPs         []string  `json:"spray_ip_addresses"`
	SprayVictims     []string  `json:"spray_victims"`
	SprayFirst       time.Time `json:"spray_first"`
	SprayLast        time.Time `json:"spray_last"`
	PhishingIP       string    `json:"phishing_ip_address"`
	AttackerIPs      []string  `json:"attacker_ip_addresses"`
	RuleName         string    `json:"rule_name"`
	FilesDownloaded  []string  `json:"files_downloaded"`
	MessagesAccessed int       `json:"messages_accessed"` // of the Bind records
	AppName          string    `json:"app_name"`
	AppID            string    `json:"app_id"`
	First            time.Time `json:"first"`     // of the sign-in through the proxy
	Contained        time.Time `json:"contained"` // the password reset
	Last             time.Time `json:"last"`      // of the session, after the reset
}

// WriteTo writes the truth as indented JSON, keys sorted within each map.
func (t *Truth) WriteTo(w io.Writer) (int64, error) {
	b, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return 0, err
	}
	n, err := w.Write(append(b, '\n'))
	return int64(n), err
}
