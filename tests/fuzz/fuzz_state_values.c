/* Values of the state from a damaged disk, and leaves of a stream's log. Input: a byte
 * that says which, then the value. Whatever decodes has one encoding. */
#include "chain/base/invariant.h"
#include "chain/base/memory.h"
#include "chain/ledger/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define CHECK(name)                                                                    \
	static void check_##name(struct bytes_view bytes)                                  \
	{                                                                                  \
		struct name value;                                                             \
		struct writer out;                                                             \
		uint8_t *again;                                                                \
                                                                                       \
		if (name##_decode(&value, bytes) != STATUS_OK)                                 \
			return;                                                                    \
		INVARIANT(name##_size(&value) == bytes.size);                                  \
		again = memory_new(bytes.size);                                                \
		INVARIANT(again);                                                              \
		out = writer_on(again, bytes.size);                                            \
		name##_put(&out, &value);                                                      \
		INVARIANT(out.left == 0 && bytes_equal(bytes_view(again, bytes.size), bytes)); \
		memory_free(again);                                                            \
	}

CHECK(account_state)
CHECK(account_profile)
CHECK(stream_info)
CHECK(stream_head)
CHECK(stream_roles)
CHECK(record_latest)
CHECK(asset_info)
CHECK(asset_supply)
CHECK(balance)
CHECK(record_leaf)
CHECK(validator_info)
CHECK(admission)
CHECK(key_service)
CHECK(evidence_record)
CHECK(node_listing)
CHECK(node_slot)
CHECK(node_list)
CHECK(node_count)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static void (*const CHECKS[])(struct bytes_view bytes) = {
		check_account_state, check_account_profile, check_stream_info,
		check_stream_head,   check_stream_roles,    check_record_latest,
		check_asset_info,    check_asset_supply,    check_balance,
		check_record_leaf,   check_validator_info,  check_admission,
		check_key_service,   check_evidence_record, check_node_listing,
		check_node_slot,     check_node_list,       check_node_count,
	};

	if (size > 0)
		CHECKS[bytes[0] % (sizeof CHECKS / sizeof CHECKS[0])](
			bytes_view(bytes + 1, size - 1));
	return 0;
}
