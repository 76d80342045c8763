#include "rpc/api/scan.h"

#include "chain/base/text.h"

struct scanner {
	const uint8_t *start;
	const uint8_t *at;
	const uint8_t *end;
	size_t depth; /* containers open */
	size_t value_count;
	bool is_object[RPC_DEPTH_MAX]; /* each open container, outermost first */
	const uint8_t *call;           /* where the call being read began */
	struct rpc_scan *out;
	struct rpc_fault *fault;
};

static bool no_json(struct scanner *in, const char *reason)
{
	return rpc_fault_set(in->fault, RPC_PARSE_ERROR, "%s (byte %zu of the body)", reason,
	                     (size_t)(in->at - in->start));
}

static bool over_limit(struct scanner *in, const char *what, int limit, const char *unit)
{
	return rpc_fault_set(in->fault, RPC_LIMIT_EXCEEDED, "%s %d %s (byte %zu of the body)",
	                     what, limit, unit, (size_t)(in->at - in->start));
}

static void skip_space(struct scanner *in)
{
	while (in->at < in->end &&
	       (*in->at == ' ' || *in->at == '\n' || *in->at == '\r' || *in->at == '\t'))
		in->at++;
}

/* -- Strings ------------------------------------------------------------------------ */

/* Eight bytes at a time over what needs no look: a byte at which this stops is a quote, a
 * backslash, a control character, or no ASCII. The highest bit of each byte of `stop`
 * says so; a borrow can set a bit too many only above the first true one, and the first
 * alone is used. */
static void skip_plain(struct scanner *in)
{
	const uint64_t each = UINT64_C(0x0101010101010101);

	while (in->end - in->at >= 8) {
		uint64_t word = get_le64(in->at);
		uint64_t stop = ((word - each * 0x20) | ((word ^ each * '"') - each) |
		                 ((word ^ each * '\\') - each) | word) &
		                each * 0x80;

		if (stop != 0) {
			in->at += __builtin_ctzll(stop) / 8;
			return;
		}
		in->at += 8;
	}
	while (in->at < in->end && *in->at >= 0x20 && *in->at < 0x80 && *in->at != '"' &&
	       *in->at != '\\')
		in->at++;
}

/* Everything above ASCII up to the next byte of ASCII: a character of UTF-8 never reaches
 * across one. */
static bool scan_wide(struct scanner *in)
{
	const uint8_t *begin = in->at;

	while (in->at < in->end && *in->at >= 0x80)
		in->at++;
	if (utf8_is_valid(bytes_view(begin, (size_t)(in->at - begin))))
		return true;
	in->at = begin;
	return no_json(in, "invalid UTF-8");
}

/* The four digits of a \u escape; -1 where there are none. */
static int hex4(const struct scanner *in)
{
	int value = 0;

	if (in->end - in->at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		uint8_t digit = in->at[i];

		if (digit >= '0' && digit <= '9')
			value = value << 4 | (digit - '0');
		else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
			value = value << 4 | ((digit | 0x20) - 'a' + 10);
		else
			return -1;
	}
	return value;
}

/* Behind "\u": one code unit, or the two of a character beyond U+FFFF. */
static bool scan_unicode(struct scanner *in)
{
	int unit = hex4(in);

	if (unit < 0)
		return no_json(in, "\\u needs four hex digits");
	if (unit == 0)
		return no_json(in, "a NUL in a string");
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return no_json(in, "the second half of a surrogate pair without its first");
	in->at += 4;
	if (unit < 0xd800 || unit > 0xdbff)
		return true;
	if (in->end - in->at < 2 || in->at[0] != '\\' || in->at[1] != 'u')
		return no_json(in, "the first half of a surrogate pair without its second");
	in->at += 2;
	unit = hex4(in);
	if (unit < 0xdc00 || unit > 0xdfff)
		return no_json(in, "the first half of a surrogate pair without its second");
	in->at += 4;
	return true;
}

static bool scan_escape(struct scanner *in)
{
	uint8_t kind;

	in->at++;
	if (in->at == in->end)
		return no_json(in, "the text ends within a string");
	kind = *in->at;
	if (kind == 'u') {
		in->at++;
		return scan_unicode(in);
	}
	if (kind == '\0' || !strchr("\"\\/bfnrt", kind))
		return no_json(in, "no such escape");
	in->at++;
	return true;
}

static bool scan_string(struct scanner *in)
{
	const uint8_t *begin = ++in->at;

	for (;;) {
		bool good;

		skip_plain(in);
		if (in->at == in->end)
			return no_json(in, "the text ends within a string");
		if (*in->at == '"')
			break;
		if (*in->at == '\\')
			good = scan_escape(in);
		else if (*in->at >= 0x80)
			good = scan_wide(in);
		else
			good = no_json(in, *in->at == '\0' ? "a NUL in a string"
			                                   : "a control character in a string");
		if (!good)
			return false;
	}
	if (in->at - begin > RPC_STRING_MAX)
		return over_limit(in, "a string of more than", RPC_STRING_MAX, "bytes");
	in->at++;
	return true;
}

/* -- Numbers and words -------------------------------------------------------------- */

/* At least one digit. */
static bool scan_digits(struct scanner *in)
{
	if (in->at == in->end || *in->at < '0' || *in->at > '9')
		return no_json(in, "a digit is missing");
	while (in->at < in->end && *in->at >= '0' && *in->at <= '9')
		in->at++;
	return true;
}

static bool at_byte(const struct scanner *in, uint8_t byte)
{
	return in->at < in->end && *in->at == byte;
}

static bool scan_number(struct scanner *in)
{
	const uint8_t *begin = in->at;

	if (*in->at == '-')
		in->at++;
	if (at_byte(in, '0')) {
		in->at++;
		if (in->at < in->end && *in->at >= '0' && *in->at <= '9')
			return no_json(in, "a number begins with 0");
	} else if (!scan_digits(in)) {
		return false;
	}
	if (at_byte(in, '.')) {
		in->at++;
		if (!scan_digits(in))
			return false;
	}
	if (at_byte(in, 'e') || at_byte(in, 'E')) {
		in->at++;
		if (at_byte(in, '+') || at_byte(in, '-'))
			in->at++;
		if (!scan_digits(in))
			return false;
	}
	if (in->at - begin > RPC_NUMBER_MAX)
		return over_limit(in, "a number of more than", RPC_NUMBER_MAX, "bytes");
	return true;
}

static bool scan_word(struct scanner *in, const char *word)
{
	size_t size = strlen(word);

	if ((size_t)(in->end - in->at) < size || memcmp(in->at, word, size) != 0)
		return no_json(in, "no value of JSON begins so");
	in->at += size;
	return true;
}

/* -- Structure ---------------------------------------------------------------------- */

static bool open_container(struct scanner *in)
{
	if (in->depth == RPC_DEPTH_MAX)
		return over_limit(in, "nested more than", RPC_DEPTH_MAX, "deep");
	in->is_object[in->depth++] = *in->at == '{';
	in->at++;
	return true;
}

/* A scalar whole; of a container only its opening bracket. */
static bool begin_value(struct scanner *in)
{
	if (in->at == in->end)
		return no_json(in, "a value is missing at the end");
	if (++in->value_count > RPC_VALUES_MAX)
		return over_limit(in, "more than", RPC_VALUES_MAX, "values");
	switch (*in->at) {
	case '{':
	case '[':
		return open_container(in);
	case '"':
		return scan_string(in);
	case 't':
		return scan_word(in, "true");
	case 'f':
		return scan_word(in, "false");
	case 'n':
		return scan_word(in, "null");
	default:
		if (*in->at == '-' || (*in->at >= '0' && *in->at <= '9'))
			return scan_number(in);
		return no_json(in, "no value of JSON begins so");
	}
}

/* Key and colon of the next member. */
static bool scan_key(struct scanner *in)
{
	skip_space(in);
	if (!at_byte(in, '"'))
		return no_json(in, "a key in quotes is missing");
	if (!scan_string(in))
		return false;
	skip_space(in);
	if (!at_byte(in, ':'))
		return no_json(in, "a colon is missing");
	in->at++;
	return true;
}

/* The calls are the values directly within a batch, or the one value there is. */
static size_t call_depth(const struct scanner *in)
{
	return in->out->is_batch ? 1 : 0;
}

static bool begin_call(struct scanner *in)
{
	if (in->depth != call_depth(in))
		return true;
	if (in->out->call_count == RPC_BATCH_MAX)
		return over_limit(in, "a batch of more than", RPC_BATCH_MAX, "calls");
	in->call = in->at;
	return true;
}

static void end_call(struct scanner *in)
{
	if (in->depth == call_depth(in) && in->call) {
		in->out->calls[in->out->call_count++] =
		    bytes_view(in->call, (size_t)(in->at - in->call));
		in->call = NULL;
	}
}

enum next { NEXT_VALUE, NEXT_NONE, NEXT_WRONG };

/* Behind a value: closes what ends here, up to the comma before the next value. */
static enum next after_value(struct scanner *in)
{
	for (;;) {
		bool is_object;

		end_call(in);
		if (in->depth == 0)
			return NEXT_NONE;
		skip_space(in);
		is_object = in->is_object[in->depth - 1];
		if (at_byte(in, ',')) {
			in->at++;
			if (is_object && !scan_key(in))
				return NEXT_WRONG;
			return NEXT_VALUE;
		}
		if (!at_byte(in, is_object ? '}' : ']')) {
			no_json(in, "a comma or the closing bracket is missing");
			return NEXT_WRONG;
		}
		in->at++;
		in->depth--;
	}
}

/* Behind an opening bracket. */
static enum next after_opening(struct scanner *in)
{
	bool is_object = in->is_object[in->depth - 1];

	skip_space(in);
	if (at_byte(in, is_object ? '}' : ']')) {
		in->at++;
		in->depth--;
		return after_value(in);
	}
	return is_object && !scan_key(in) ? NEXT_WRONG : NEXT_VALUE;
}

static bool scan_all(struct scanner *in)
{
	enum next next = NEXT_VALUE;

	while (next == NEXT_VALUE) {
		size_t depth = in->depth;

		skip_space(in);
		if (!begin_call(in) || !begin_value(in))
			return false;
		next = in->depth > depth ? after_opening(in) : after_value(in);
	}
	if (next == NEXT_WRONG)
		return false;
	skip_space(in);
	return in->at == in->end || no_json(in, "something follows the JSON text");
}

bool rpc_scan(struct rpc_scan *scan, struct bytes_view body, struct rpc_fault *fault)
{
	struct scanner in = {.start = body.at, .out = scan, .fault = fault};

	in.at = body.at;
	in.end = body.size > 0 ? body.at + body.size : body.at;
	skip_space(&in);
	scan->is_batch = at_byte(&in, '[');
	scan->call_count = 0;
	if (!scan_all(&in))
		return false;
	if (scan->call_count == 0)
		return rpc_fault_set(fault, RPC_INVALID_REQUEST, "the batch is empty");
	if (!scan->is_batch && scan->calls[0].at[0] != '{')
		return rpc_fault_set(fault, RPC_INVALID_REQUEST,
		                     "a call is a JSON object, a batch an array of them");
	return true;
}
