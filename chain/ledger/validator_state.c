#include "chain/ledger/validator_state.h"

enum {
	INFO_SIZE_MAX = COMPRESSED_KEY_SIZE + 2 + ADDRESS_SIZE_MAX + 8,
	SERVICE_SIZE_MAX = HASH_SIZE + 8 + 1 + 8,
};

/* -- Admission ------------------------------------------------------------------- */

bool validator_is_admitted(struct draft *draft, const struct hash *account)
{
	struct state_key key = state_key_of(STATE_ADMISSION, account);
	struct bytes_view value;

	return draft_get(draft, &key, &value);
}

void validator_put_admission(struct draft *draft, const struct hash *account)
{
	struct state_key key = state_key_of(STATE_ADMISSION, account);
	uint8_t bytes[8];

	put_le64(bytes, draft->header.height);
	draft_put(draft, &key, bytes_view(bytes, sizeof bytes));
}

void validator_end_admission(struct draft *draft, const struct hash *account)
{
	struct state_key key = state_key_of(STATE_ADMISSION, account);

	draft_delete(draft, &key);
}

/* -- Info ------------------------------------------------------------------------ */

bool validator_get_info(struct draft *draft, const struct hash *account,
                        struct validator_info *info)
{
	struct state_key key = state_key_of(STATE_VALIDATOR_INFO, account);
	struct bytes_view value;

	if (!draft_get(draft, &key, &value))
		return false;
	if (validator_info_decode(info, value) == STATUS_OK)
		return true;
	draft_fail(draft, STATUS_CORRUPT, "a validator of the state");
	return false;
}

void validator_put_info(struct draft *draft, const struct hash *account,
                        const struct validator_info *info)
{
	struct state_key key = state_key_of(STATE_VALIDATOR_INFO, account);
	uint8_t bytes[INFO_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);

	validator_info_put(&out, info);
	draft_put(draft, &key, bytes_view(bytes, sizeof bytes - out.left));
}

/* -- Keys ------------------------------------------------------------------------ */

bool validator_get_key(struct draft *draft, const struct state_key *key,
                       struct key_service *service)
{
	struct bytes_view value;

	if (!draft_get(draft, key, &value))
		return false;
	if (key_service_decode(service, value) == STATUS_OK)
		return true;
	draft_fail(draft, STATUS_CORRUPT, "a validator's key of the state");
	return false;
}

static void put_key(struct draft *draft, const struct state_key *key,
                    const struct key_service *service)
{
	uint8_t bytes[SERVICE_SIZE_MAX];
	struct writer out = writer_on(bytes, sizeof bytes);

	key_service_put(&out, service);
	draft_put(draft, key, bytes_view(bytes, sizeof bytes - out.left));
}

struct both_keys {
	struct state_key items[2];
};

static struct both_keys keys_of(const struct validator *validator)
{
	return (struct both_keys){{
		state_key_of_vote_key(STATE_VOTE_KEY, &validator->vote_key),
		state_key_of(STATE_COSIGN_KEY, &validator->cosign_key),
	}};
}

bool validator_keys_are_new(struct draft *draft, const struct validator *validator)
{
	struct both_keys keys = keys_of(validator);
	struct bytes_view value;

	return !draft_get(draft, &keys.items[0], &value) &&
	       !draft_get(draft, &keys.items[1], &value);
}

void validator_start_keys(struct draft *draft, const struct validator *validator,
                          uint64_t first_epoch)
{
	struct both_keys keys = keys_of(validator);
	struct key_service service = {
		.account = validator->account,
		.first_epoch = first_epoch,
	};

	for (size_t i = 0; i < 2; i++)
		put_key(draft, &keys.items[i], &service);
}

void validator_end_keys(struct draft *draft, const struct validator *validator)
{
	struct both_keys keys = keys_of(validator);
	struct key_service service;

	for (size_t i = 0; i < 2; i++) {
		if (!validator_get_key(draft, &keys.items[i], &service)) {
			draft_fail(draft, STATUS_CORRUPT, "a validator's key of the state");
			return;
		}
		service.last_epoch = (struct optional_u64){true, draft->header.epoch};
		put_key(draft, &keys.items[i], &service);
	}
}

/* -- Leaving --------------------------------------------------------------------- */

bool validator_expel(struct draft *draft, const struct hash *account)
{
	struct validator_set set;
	size_t index;

	draft_get_validators(draft, &set);
	if (validators_find(&set, account, &index)) {
		if (set.count == 1)
			return false;
		validator_end_keys(draft, &set.items[index]);
		validators_take_out(&set, index);
		draft_put_validators(draft, &set);
	}
	validator_end_admission(draft, account);
	return true;
}
