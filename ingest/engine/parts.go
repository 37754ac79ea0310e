package engine

import "strings"

// The parts of a tree that a statement may have. The engine can make others, from
// a tree that is given as JSON: a constant that is an address, say.

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}

// classes are the expressions.
var classes = set(`
	BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION LAMBDA OPERATOR
	POSITIONAL_REFERENCE STAR SUBQUERY WINDOW`)

// kinds are the other parts: queries, what stands in FROM, what changes the order
// or the number of rows, and what a type is made of.
var kinds = set(`
	SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE
	BASE_TABLE EMPTY EXPRESSION_LIST JOIN PIVOT SHOW_REF SUBQUERY TABLE_FUNCTION
	DISTINCT_MODIFIER LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER ORDER_MODIFIER
	ASCENDING DESCENDING ORDER_DEFAULT
	ARRAY_TYPE_INFO DECIMAL_TYPE_INFO LIST_TYPE_INFO STRUCT_TYPE_INFO UNBOUND_TYPE_INFO`)

// lists are the names by which SHOW asks for a list.
var lists = set(`"tables" "databases" "variables" __show_tables_expanded`)

// valueTypes are the types of constants and of casts, as the tree has them.
var valueTypes = set(`
	NULL BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT
	BIGNUM FLOAT DOUBLE DECIMAL VARCHAR BLOB BIT UUID DATE TIME TIME_NS TIME_WITH_TIME_ZONE
	TIMESTAMP TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS TIMESTAMP_WITH_TIME_ZONE INTERVAL
	LIST ARRAY STRUCT MAP UNION UNBOUND`)

// typeNames are the types that a cast may name. A cast to variant ends the process
// on JSON that is nested deep (1.5.6).
var typeNames = set(`
	array bigint bignum binary bit bitstring blob bool boolean bpchar bytea char date datetime dec
	decimal double enum float float4 float8 guid hugeint int int1 int128 int16 int2 int32 int4 int64
	int8 integer integral interval json list logical long map null numeric nvarchar oid real row short
	signed smallint string struct text time time_ns timestamp timestamp_ms timestamp_ns timestamp_s
	timestamp_us timestamptz timetz tinyint ubigint uhugeint uint128 uint16 uint32 uint64 uint8
	uinteger union usmallint utinyint uuid varbinary varchar varint`)
