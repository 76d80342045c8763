/* Amounts as people write them. The ledger counts grains; an asset says with its decimals
 * where the point stands: of an asset with 2 decimals, "12.5" is 1,250 grains. */
#ifndef WALLET_CLI_AMOUNT_TEXT_H
#define WALLET_CLI_AMOUNT_TEXT_H

#include "chain/base/amount.h"
#include "chain/base/bytes.h"

enum { AMOUNT_TEXT_SIZE = 24 }; /* 20 digits, a point, a leading zero, and the NUL */

/* Digits, at most one point with digits on both sides, no sign, no leading zero but the
 * one before a point, at most `decimals` digits behind it (0..ASSET_DECIMALS_MAX).
 * STATUS_MALFORMED or STATUS_TOO_LARGE, with a sentence in *why. */
MUST_CHECK enum status amount_from_text(struct amount *amount, struct bytes_view text,
                                        unsigned decimals, struct why *why);

/* The shortest form with all of the asset's decimals: 1,250 grains are "12.50". */
void amount_to_text(char text[AMOUNT_TEXT_SIZE], struct amount amount, unsigned decimals);

#endif
