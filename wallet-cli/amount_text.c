#include "wallet-cli/amount_text.h"

#include "chain/base/invariant.h"
#include "chain/base/limits.h"
#include "chain/base/text.h"

#include <inttypes.h>
#include <stdio.h>

static enum status malformed(struct why *why, unsigned decimals)
{
	return why_say(why, STATUS_MALFORMED,
	               decimals > 0 ? "an amount is a number as 12 or 12.5"
	                            : "an amount of this asset is a whole number as 12");
}

/* Takes one more digit. False: it no longer fits. */
static bool push_digit(uint64_t *grains, unsigned digit)
{
	uint64_t value;

	if (__builtin_mul_overflow(*grains, UINT64_C(10), &value) ||
	    __builtin_add_overflow(value, (uint64_t)digit, &value))
		return false;
	*grains = value;
	return true;
}

enum status amount_from_text(struct amount *amount, struct bytes_view text,
                             unsigned decimals, struct why *why)
{
	const uint8_t *point = text.size > 0 ? memchr(text.at, '.', text.size) : NULL;
	size_t whole_size = point ? (size_t)(point - text.at) : text.size;
	size_t part_size = point ? text.size - whole_size - 1 : 0;
	uint64_t grains = 0;

	INVARIANT(decimals <= ASSET_DECIMALS_MAX);
	if (whole_size == 0 || (point && part_size == 0) ||
	    (whole_size > 1 && text.at[0] == '0'))
		return malformed(why, decimals);
	for (size_t i = 0; i < text.size; i++)
		if (&text.at[i] != point && (text.at[i] < '0' || text.at[i] > '9'))
			return malformed(why, decimals);
	if (part_size > decimals)
		return why_say(why, STATUS_MALFORMED,
		               "this asset has %u decimals, the amount has %zu", decimals,
		               part_size);
	for (size_t i = 0; i < whole_size + decimals; i++) {
		size_t at = i < whole_size ? i : i + 1;
		unsigned digit = at < text.size ? text.at[at] - (unsigned)'0' : 0;

		if (!push_digit(&grains, digit))
			return why_say(why, STATUS_TOO_LARGE,
			               "the amount is larger than any amount can be");
	}
	amount->grains = grains;
	return STATUS_OK;
}

void amount_to_text(char text[AMOUNT_TEXT_SIZE], struct amount amount, unsigned decimals)
{
	uint64_t unit = 1;

	INVARIANT(decimals <= ASSET_DECIMALS_MAX);
	for (unsigned i = 0; i < decimals; i++)
		unit *= 10;
	if (decimals == 0)
		snprintf(text, AMOUNT_TEXT_SIZE, "%" PRIu64, amount.grains);
	else
		snprintf(text, AMOUNT_TEXT_SIZE, "%" PRIu64 ".%0*" PRIu64, amount.grains / unit,
		         (int)decimals, amount.grains % unit);
}
