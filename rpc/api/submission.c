#include "rpc/api/submission.h"

/* That the text is JSON is known, so a string ends at the first quote if it holds no
 * escape, and a reader that runs off what it expects only has to say so. */
struct reader {
	const uint8_t *at;
	const uint8_t *end;
};

enum member {
	MEMBER_JSONRPC = 1,
	MEMBER_ID = 2,
	MEMBER_METHOD = 4,
	MEMBER_PARAMS = 8,
	MEMBERS_ALL = 15,
};

static bool take_byte(struct reader *in, uint8_t byte)
{
	while (in->at < in->end &&
	       (*in->at == ' ' || *in->at == '\n' || *in->at == '\r' || *in->at == '\t'))
		in->at++;
	if (in->at == in->end || *in->at != byte)
		return false;
	in->at++;
	return true;
}

static bool take_string(struct reader *in, struct bytes_view *text)
{
	const uint8_t *quote;

	if (!take_byte(in, '"'))
		return false;
	quote = memchr(in->at, '"', (size_t)(in->end - in->at));
	if (!quote)
		return false;
	*text = bytes_view(in->at, (size_t)(quote - in->at));
	in->at = quote + 1;
	return !memchr(text->at, '\\', text->size);
}

static bool text_is(struct bytes_view text, const char *wanted)
{
	return bytes_equal(text, text_view(wanted));
}

/* 18 digits fit an i64, whatever they are. */
static bool take_integer(struct reader *in, struct bytes_view *digits)
{
	const uint8_t *begin = in->at;
	size_t size;

	if (in->at < in->end && *in->at == '-')
		in->at++;
	while (in->at < in->end && *in->at >= '0' && *in->at <= '9')
		in->at++;
	size = (size_t)(in->at - begin);
	*digits = bytes_view(begin, size);
	return size > 0 && size <= 18 &&
	       (in->at == in->end || (*in->at != '.' && *in->at != 'e' && *in->at != 'E'));
}

static bool take_id(struct reader *in, struct bytes_view *id)
{
	struct bytes_view text;

	if (take_string(in, &text)) {
		*id = bytes_view(text.at - 1, text.size + 2);
		return true;
	}
	return take_integer(in, id);
}

static bool take_params(struct reader *in, struct bytes_view *tx_b64)
{
	struct bytes_view key;

	return take_byte(in, '{') && take_string(in, &key) && text_is(key, "tx_b64") &&
	       take_byte(in, ':') && take_string(in, tx_b64) && take_byte(in, '}');
}

/* A member's value; 0 where it is none of the four, or not what it must be. */
static unsigned take_member(struct reader *in, struct bytes_view key,
                            struct rpc_submission *out)
{
	struct bytes_view text;

	if (text_is(key, "jsonrpc"))
		return take_string(in, &text) && text_is(text, "2.0") ? MEMBER_JSONRPC : 0;
	if (text_is(key, "method"))
		return take_string(in, &text) && text_is(text, "tx.submit") ? MEMBER_METHOD : 0;
	if (text_is(key, "id"))
		return take_id(in, &out->id) ? MEMBER_ID : 0;
	if (text_is(key, "params"))
		return take_params(in, &out->tx_b64) ? MEMBER_PARAMS : 0;
	return 0;
}

bool rpc_submission_read(struct rpc_submission *submission, struct bytes_view call)
{
	struct reader in = {.at = call.at, .end = call.at + call.size};
	unsigned seen = 0;

	if (!take_byte(&in, '{'))
		return false;
	do {
		struct bytes_view key;
		unsigned member;

		if (!take_string(&in, &key) || !take_byte(&in, ':'))
			return false;
		member = take_member(&in, key, submission);
		if (member == 0 || (seen & member) != 0)
			return false;
		seen |= member;
	} while (take_byte(&in, ','));
	return seen == MEMBERS_ALL && take_byte(&in, '}') && in.at == in.end;
}
