/* The formats as facts: bytes and hashes typed in. Whoever changes one of these makes
 * another protocol, which networks that exist do not speak. */
#include "tests/support/ledger_fixture.h"
#include "tests/support/support.h"

#include <stdlib.h>

static const char GENESIS[] =
	"010700666978747572650068e5cf8b010000000006000b006661756c745f6d6f"
	"64656c00000000000000000c006865617274626561745f6d7300000000000000"
	"000f006d61785f626c6f636b5f627974657300004000000000000d006d61785f"
	"626c6f636b5f74787300400000000000000b007465726d5f6c656e6774680100"
	"0000000000000e0074785f6c69666574696d655f6d73005c2605000000000100"
	"4ac8a19d87d37890d8ac08903690821b1f440aaa5879ed80927cd71aec4b65f9"
	"01000000000001004ac8a19d87d37890d8ac08903690821b1f440aaa5879ed80"
	"927cd71aec4b65f99d1abaec9f5715a15c7628244170951e0f85e87f68ca5393"
	"d3f9fc3fa23a69c8bab3382abb8f6b3d3ccbc51839bd6e0d546edb9e853f8e5e"
	"14f5ed4223774f5203acd484e2f0c7f65309ad178a9f559abde09796974c57e7"
	"14c35f110dfc27ccbe0e003132372e302e302e313a373430300000";
static const char GENESIS_HASH[] =
	"3eb7b6006eeb50c69f0c11034c579442d1ea28e3aa3dc210d50281a6d0cb7ec2";

static const char HEADER_0[] =
	"01000000000000000000000000000000000000000000000000000068e5cf8b01"
	"0000000000000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000000000000000000e3b0c44298fc1c149afbf4c8"
	"996fb92427ae41e4649b934ca495991b7852b855e3b0c44298fc1c149afbf4c8"
	"996fb92427ae41e4649b934ca495991b7852b855492be56a221786264d6ab950"
	"a9d1f3601fdd629a8d71a493bf07e84ca8ccc48f0fd2767ea74e399719cb6f96"
	"838d4fc0ee050a218418ff8c67fbe455ffb8ccda0fd2767ea74e399719cb6f96"
	"838d4fc0ee050a218418ff8c67fbe455ffb8ccda";
static const char HEADER_0_HASH[] =
	"02ebd5353d075a50a4a1f055702e8346c7d04aaeb9c481b5eed7a6dc31c3ae83";
static const char HEADER_0_LEAF[] =
	"7dc4c5dfa88932fc59ff36fd5f4c5bb6a1be3d2b793184603321988d45b37935";

/* Of account 0, whose secret key is the number 1, with the salts 0, 1, 2 ... */
static const struct {
	const char *bytes;
	const char *txid;
	const char *leaf_hash;
} TXS[] = {
	/* record append of a value */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"05000000000000000080561cd08b01000001000101460000006b56344ea5e7e8"
		"cc2c430d19794cac48bf80e0741c88bfdac3218cbf0acdcafc03006b65790a00"
		"746578742f706c61696e000500000076616c7565000103000000000000000001"
		"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
		"e45336739d3f33ef015ac15285be7f87fa3590006cbf2e5862c7f733013d8ea5"
		"de909cbb85efb5ccbdff1bf80385e634e33e78d8c3522fe516e8779e813c6c8f",
		"68ab81ee856a6101c682072f792dd56bd8b84a851ea46fa5e115920526e356cb",
		"ffa3524bf59cecd956695eec1baf25d2a4292e77b07fdce881ccec69d5684aba",
	},
	/* record append of a file */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"05010000000000000080561cd08b01000001000101860000006b56344ea5e7e8"
		"cc2c430d19794cac48bf80e0741c88bfdac3218cbf0acdcafc00000a00746578"
		"742f706c61696e01200000003031323334353637383961626364656630313233"
		"34353637383961626364656601070000000000000000016b56344ea5e7e8cc2c"
		"430d19794cac48bf80e0741c88bfdac3218cbf0acdcafc060000000000000001"
		"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
		"917bb360d0cf4c5cae207f5426a2058b98978db5cf01cdcb4f6c2b9f5d75c4de"
		"b78e9afb815fc1c38096b8af24f73d435d4f51a7052613b8ad54b68d941f7560",
		"2669528dbb6257010844c2c5fffcb4eaf8806c4f86aed699ecb48067092d13c8",
		"d685b0822ec3b04ecf62366e306263ea358861bc377d4f3a388f68be1fc9d482",
	},
	/* stream create */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"05020000000000000080561cd08b010000010001021d00000005006e6f746573"
		"01000e006d6164652062792061207465737402007b7d0179be667ef9dcbbac55"
		"a06295ce870b07029bfcdb2dce28d959f2815b16f817980f05fec4e508e382ae"
		"c826c0c39eca736ac8b6c45e86135b02aad4ed337699da3c996231938da3813c"
		"b650d185f3d81c8c7ff88f7702058e03a8e6febf877ec9",
		"f24f74a85c036980330597e3105ac13d053fc908a43919bd9a5c3b9fdc980a58",
		"46a6aa4df775f5c3690495133804848e7956766aea661ab05211122021513739",
	},
	/* stream grant */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"05030000000000000080561cd08b01000001000202410000006b56344ea5e7e8"
		"cc2c430d19794cac48bf80e0741c88bfdac3218cbf0acdcafc0165b0fc9a565c"
		"37596138b4f43aaece83cc771cd1e7861aa4d7ba9e60a24a96ab0179be667ef9"
		"dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798b79d85e3c3"
		"25a6da6302326c29f279d8bb6392e1b8bb17719b5825ce8a7893de46c4a5189c"
		"a1f61d4053f851b7539bc8eaa55c3ef89e17e5fdd5b350eba8aeeb",
		"14a8653069392e11b3522eb86e614801e6d5c3bf827fab929e1d62e34d611d56",
		"35df155ae07ee5aa85d1051d03ac1d6940c04186e8e23f11f1b1b76dc09f3a3d",
	},
	/* stream revoke */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"05040000000000000080561cd08b01000001000302410000006b56344ea5e7e8"
		"cc2c430d19794cac48bf80e0741c88bfdac3218cbf0acdcafc0165b0fc9a565c"
		"37596138b4f43aaece83cc771cd1e7861aa4d7ba9e60a24a96ab0179be667ef9"
		"dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f817980edab069f9"
		"f103a56353eec589bc01437e032895584cf9d40c387ee6039c1ea36da75af28b"
		"1d7652dcde2dfd65e9ea76151b136b64c07dee8b430bb86d9fad72",
		"424150f33b3e651e52ded733870ebda6b7bd85ef9ce64fefbbe43f5f463e00a2",
		"e7f140b9360966bbe2779fc8a3386f3cbcb20cca3efa15a751c96150f1cfa870",
	},
	/* account rotate */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"05050000000000000080561cd08b0100000100010360000000463b3d9f662621"
		"fb1b4be8fbbe2520125a216cdfc9dae3debcba4850c690d45b3cf9b9194b9cae"
		"d214936e6d2cc10c9f1edf04b5b6be2528008087e9537cd63f75a4a96ecbe944"
		"2d6e6be3a0561408c70c15fa343ea02ac7d4bd4fc8d9d3debc0179be667ef9dc"
		"bbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798466b4cb7274d"
		"cc3a544b9462cda9ab818aefc2d55ae0a61aa0578e04ea149d9dfe384d54e946"
		"8fd412e12783bc8cf62c348af36161600155c2f4d34c2110434d",
		"3fce582111c3408eb69c641a1f60b228a00c17505a87a268172fdd6e3ccedfa2",
		"88add86b8ddf2662f4b7c164aefce3dde11547f71d34770fbd1277c3947bbcfc",
	},
	/* account describe */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"05060000000000000080561cd08b010000010002035800000003004164610f00"
		"616461406578616d706c652e6f726701f9308a019258c31049344f85f89d5229"
		"b531c845836f99b08601f113bce036f9016b56344ea5e7e8cc2c430d19794cac"
		"48bf80e0741c88bfdac3218cbf0acdcafc0179be667ef9dcbbac55a06295ce87"
		"0b07029bfcdb2dce28d959f2815b16f8179884639851bd09628e8f8b4166dd84"
		"54588e0584c9e20f110c576ec531be2e2dcf052264738066f8f558baff9278a1"
		"6dd89b06fb4eab7885125aad6252aa3bf1bc",
		"7b326f7cd04bd00fd1238ef4ff9046b586a54b67698476b172cbe267813aa024",
		"fac99120cd17ca9897c166209f50d637d9bd5cd6faf01a8750af15f58ada31fa",
	},
	/* asset create */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"05070000000000000080561cd08b010000010001040a00000005006272656164"
		"0200000179be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b"
		"16f817982bbdda0e0b2685dd94c2b757fb3cca7a8beee73d49360fc3373148ff"
		"3942be3eabe2a797134eb7cd61261047fe1e1ef6e3b3aeae88e7cd06dd49f7e0"
		"251ac5e9",
		"beb2b9fa168b20f9935e7b833198b5815390a4c0783ac213b6b426d60182137d",
		"dabf55c9d7a51d0bec34bbef6292b43fb5a5c823a26d7439fcd46f74d20f41d8",
	},
	/* asset mint */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"05080000000000000080561cd08b0100000100020448000000b2c200cd16f96c"
		"f35f39b9869fc2fdbc7316535a22a4ded6d38b7d218de3800365b0fc9a565c37"
		"596138b4f43aaece83cc771cd1e7861aa4d7ba9e60a24a96abe8030000000000"
		"000179be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f8"
		"179849937cb0a6e26172c82e2916ccc5a2b9315c738f0f52a72ed286278b6c05"
		"a4c2b761d6423aa4b7f89ec5812d084cd385d95c8d007acac71195ea2aed949c"
		"cce9",
		"bc59693e6b9ad8d1f1a8991a664ff9ed6bd4028f760f804da058d6f2feda8e7d",
		"740b47f8f69b727ab90ab0ac2acffda0fe8f4a704403f3dd4eaa10167b9e29f4",
	},
	/* asset transfer */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"05090000000000000080561cd08b0100000100030448000000b2c200cd16f96c"
		"f35f39b9869fc2fdbc7316535a22a4ded6d38b7d218de3800365b0fc9a565c37"
		"596138b4f43aaece83cc771cd1e7861aa4d7ba9e60a24a96abe7030000000000"
		"000179be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f8"
		"17982a2e4558f186efc9dec58ff0152c877991973529a87b70525ccdc7a9576d"
		"890221a628f53b94c9066304ba8bfc27e1a16bde70d4148a3440de72748095b7"
		"7885",
		"ef77879bc922b2712083dc3f860cb0d1d8495dddecca02e30fa0ed6e3f512b86",
		"98174bfa3243c92bc1a5f08ca86e73163d60b4402e23a5ff2e1ce4016c3489af",
	},
	/* asset burn */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"050a0000000000000080561cd08b0100000100040428000000b2c200cd16f96c"
		"f35f39b9869fc2fdbc7316535a22a4ded6d38b7d218de38003e6030000000000"
		"000179be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f8"
		"1798f5942f1c688f4ce8b2bf2b64f607281534adfec52fca76d551250f5cde80"
		"3480ccecd2174d63490105d67e545cff27444f8d1db79f2d0e37d50df255340c"
		"4487",
		"c60d146c464612c25c89d0c0bce11244e1c1b61fdfd1db42de7dfdc219e6cd88",
		"54b9f97b8981069cf7188ca53739935ce16edc52d682d7351d1ea3f60334a90f",
	},
	/* validator admit */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"050b0000000000000080561cd08b010000010001062000000065b0fc9a565c37"
		"596138b4f43aaece83cc771cd1e7861aa4d7ba9e60a24a96ab0179be667ef9dc"
		"bbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798786c7b7e3597"
		"796165a4bed7a111a242c25c1ac9a074e4362a4dec9271786593175de0b638ff"
		"baf86164bb272738a470f8a16c11fc68e301b02a48ebd9ea8a96",
		"09366eac6fbd909b17a8eddb15cf47bd0d58e0c9b3ac93c3e81e9d1dd3bf8470",
		"0b26b1ac4e8db0c0cb14d8fb777f5f4562905d3548887e18f9408200eb417d3a",
	},
	/* validator remove */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"050c0000000000000080561cd08b010000010002062000000065b0fc9a565c37"
		"596138b4f43aaece83cc771cd1e7861aa4d7ba9e60a24a96ab0179be667ef9dc"
		"bbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798d479641c33f4"
		"f4a52c568bdcb3a2bb4ef70dedcfaee42c900a3727c6440be1e69702db4bd483"
		"f93e10f7c906da7654cf4a83abef0444a930bb8aa252a5bf30ae",
		"0e7b78819c948cf3cae8ac46c39623dd63a71a443fbc5eb70e01795d37fc225f",
		"52d19979d7a9de6184a16a34ed5c70ed58cc8d8e55f79381f75441f983102bec",
	},
	/* validator join */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"050d0000000000000080561cd08b0100000100030620010000463b3d9f662621"
		"fb1b4be8fbbe2520125a216cdfc9dae3debcba4850c690d45b7cccf344c7fa17"
		"ec3b62b024396300477043810fada47a7e4470d3ef2e9e0b7d02463b3d9f6626"
		"21fb1b4be8fbbe2520125a216cdfc9dae3debcba4850c690d45b15006e6f6465"
		"2e6578616d706c652e6f72673a37343030000000000000000002ebd5353d075a"
		"50a4a1f055702e8346c7d04aaeb9c481b5eed7a6dc31c3ae83d332d832ccb6bd"
		"2f13994f5a7f46882c0dcfec65c1120023dae5c4a3bc29c4322b12b615e49a14"
		"cd4fd3c260285e1c3c3f89c53bb2315cadf2aa7aa36832d4e56c1c0fef611842"
		"570d3bca35ce5513ab5647058221b1c40ffafcfb35d4d4b787f13bb6bac1b90b"
		"83473d4ff0b070f413f17b0c30e0e1f53c66d0321da128a40d0179be667ef9dc"
		"bbac55a06295ce870b07029bfcdb2dce28d959f2815b16f8179837891814da1a"
		"498a11c6360de90d3622a66f26a2c3a0c5ba83f87d18fc3e6a80d3365d801fd1"
		"531d003b355c731b9a587a0f0d8e4b59c66c8ae438834913fd16",
		"e4c4b23e514b74504a37883fe22de9aae66122fc5d7a1981bc8e60e81ed12638",
		"ec668c850cf6442bf68295e169ce81a968854a453f6881596224cff02e0f8603",
	},
	/* param set */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"050e0000000000000080561cd08b01000001000109150000000b007465726d5f"
		"6c656e67746807000000000000000179be667ef9dcbbac55a06295ce870b0702"
		"9bfcdb2dce28d959f2815b16f81798cfcf07c4b0d6b1b3ee2b7f9f9e6f24fcdf"
		"85dffcfdfee4a76d7ded16776df7a72e439748291f2f022c2530730ea6e5fa7e"
		"5659c6d0785cb8eb2c00b9225cd193",
		"3661bfec5206c8f9c8875f65196830855fa4e800a9088d57c3f07c8a9b8c2b07",
		"e1f8d937d86f528197d075ea64cf14e0169b95dd8d9ec9609270487f2c701fa6",
	},
	/* evidence submit */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"050f0000000000000080561cd08b0100000100010a120100009d1abaec9f5715"
		"a15c7628244170951e0f85e87f68ca5393d3f9fc3fa23a69c802000000000000"
		"00000300000000000000ffffffffffffffff0000000000000000000000000000"
		"000000000000000000000000000000000000fbfa5b9c8a03fda6312ba26807ed"
		"551847d63103f5fb94b4b86626f4ec3530a45c2507233907fef30965a424125c"
		"568beacc8540bb79799e7b14a6565785e5140300000000000000000300000000"
		"000000010000000000000002ebd5353d075a50a4a1f055702e8346c7d04aaeb9"
		"c481b5eed7a6dc31c3ae83ac275d4c70f6db1bbfab7264f2dac3c32bbcef656d"
		"2f931b45b87de8b1a315a6e3fe70e74d21ff6802ffe6dbb77f59bdbb54a61562"
		"2fd0e3a8ccf02fff73037a0179be667ef9dcbbac55a06295ce870b07029bfcdb"
		"2dce28d959f2815b16f81798b369c641a1b2c81b14e2f9fa04f86dbdfdc4ce5e"
		"24504d98a429e2af4d0ade8148e851ed76a02cea11ac3ad85ff83a72e6d347db"
		"4fff71c13b0f0950cfec0ddd",
		"cef381ef8d507a16431ff4066b7eb11f07404b4b7887dbb58961aa7f0de4284c",
		"424ef8f672aed4397ca03dc5c4b6496671c44d580512ece17f14fc56bb89f62c",
	},
	/* node set */
	{
		"01b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d611"
		"05100000000000000080561cd08b010000010001074a00000002463b3d9f6626"
		"21fb1b4be8fbbe2520125a216cdfc9dae3debcba4850c690d45b0165b0fc9a56"
		"5c37596138b4f43aaece83cc771cd1e7861aa4d7ba9e60a24a96ab0c00000000"
		"0000000179be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b"
		"16f81798b6e6a9b9aec2dd7e794ef080bdc8fb113077f76f80bb61d6cb6ada66"
		"d510400ab2fcd8792766d2c0da478f9e65cb5775663a545a81d3ea0899a56fd4"
		"4d8ddbfb",
		"21d64d4d833b069dc5c8f98ab7424492242e5caeed92f7384d8da3caeeb087ef",
		"c53e8c96bb19a33870b67567d8dfc0745a45f3df64cd9cedff61f92cb25e791a",
	},
};

enum { TX_COUNT = sizeof TXS / sizeof TXS[0] };

/* Of a block with one transaction: a stream, its first record, an asset. */
static const char HEADER_1[] =
	"0100010000000000000000000000000000000100000000000000e86be5cf8b01"
	"00000000010000000d010000020000000000000002ebd5353d075a50a4a1f055"
	"702e8346c7d04aaeb9c481b5eed7a6dc31c3ae833f19f303cc85b5bdb2666691"
	"5a8efe7c45fc13488b0edcc75f4b5badc3cc8e9f5b37342cafd0f35d483393e8"
	"b5fca1afa0c85e7185e4b14cbb5818bba774f7c06df0ef4674655b87ace144ed"
	"6471d01bfb9f3c2a7c5e0466ebc012e4f6227eb20fd2767ea74e399719cb6f96"
	"838d4fc0ee050a218418ff8c67fbe455ffb8ccda0fd2767ea74e399719cb6f96"
	"838d4fc0ee050a218418ff8c67fbe455ffb8ccda";
static const char HEADER_1_HASH[] =
	"fcdb1f1202736f8d22c38b4fda719c6b3bc45d4ee29ee466882cf5234952a712";

/* What that block writes: raw key, key hash, value. */
static const struct {
	const char *raw_key;
	const char *key_hash;
	const char *value;
} STATE[] = {
	{
		"106b56344ea5e7e8cc2c430d19794cac48bf80e0741c88bfdac3218cbf0acdca"
		"fc",
		"4518dcb37b749afdcab807df1d6185138055c00bfa475d9b6888eca7f7fb927f",
		"05006e6f746573b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bc"
		"b71d9614d6110501000e006d6164652062792061207465737402007b7d010000"
		"0000000000e86be5cf8b010000",
	},
	{
		"116b56344ea5e7e8cc2c430d19794cac48bf80e0741c88bfdac3218cbf0acdca"
		"fc",
		"59d347bf175d88099f7e34a3533f1fc2bb03d13d859e03573eca1bfbe531f5a9",
		"01000000000000009a54406f8a2f87a60fe4ce028d0a9aa386f30234f80b593f"
		"20b9ceb3fb3b33ed",
	},
	{
		"136b56344ea5e7e8cc2c430d19794cac48bf80e0741c88bfdac3218cbf0acdca"
		"fc6b6579",
		"4b173bfc739ed48ff3399b4c1c99b75e0b11896d19dde39b1f72597e2d07fb16",
		"010000000000000000000000000000009a54406f8a2f87a60fe4ce028d0a9aa3"
		"86f30234f80b593f20b9ceb3fb3b33ed",
	},
	{
		"20b2c200cd16f96cf35f39b9869fc2fdbc7316535a22a4ded6d38b7d218de380"
		"03",
		"bdaf512fea41ddba79424408b7ea5572c36c490cb6f032a75c6c4953dd7f2010",
		"05006272656164b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bc"
		"b71d9614d611050200000100000000000000e86be5cf8b010000",
	},
	{
		"21b2c200cd16f96cf35f39b9869fc2fdbc7316535a22a4ded6d38b7d218de380"
		"03",
		"a244dcafa580768249a869582f1b140ea5885da308427e50217183546ae386e5",
		"00000000000000000000000000000000",
	},
};

enum { STATE_COUNT = sizeof STATE / sizeof STATE[0] };

/* What genesis writes of its validator: raw key, value. */
static const struct {
	const char *raw_key;
	const char *value;
} VALIDATOR_STATE[] = {
	{
		"064ac8a19d87d37890d8ac08903690821b1f440aaa5879ed80927cd71aec4b65"
		"f9",
		"03acd484e2f0c7f65309ad178a9f559abde09796974c57e714c35f110dfc27cc"
		"be0e003132372e302e302e313a373430300000000000000000",
	},
	{
		"074ac8a19d87d37890d8ac08903690821b1f440aaa5879ed80927cd71aec4b65"
		"f9",
		"0000000000000000",
	},
	{
		"089d1abaec9f5715a15c7628244170951e0f85e87f68ca5393d3f9fc3fa23a69"
		"c8",
		"4ac8a19d87d37890d8ac08903690821b1f440aaa5879ed80927cd71aec4b65f9"
		"000000000000000000",
	},
	{
		"09bab3382abb8f6b3d3ccbc51839bd6e0d546edb9e853f8e5e14f5ed4223774f"
		"52",
		"4ac8a19d87d37890d8ac08903690821b1f440aaa5879ed80927cd71aec4b65f9"
		"000000000000000000",
	},
};

static const char *const DIGESTS[] = {
	NULL,
	"8d26f5950c5f68ff316f6032d3a4db7751c0c0937c153d6bbe7800b3162995fb",
	"bbe662fab758b1223129a8679284b7605a3736558098ad1d97f5fef1b47af862",
	"155d00abe7b77eeb9396973fbd7b3396f43236a405d50ebb23158477b10c52f5",
};

static const char ROTATION_MESSAGE[] =
	"03b4c34f7ba05eecb755bf1e25548c2091e2810bfc82c70b6c8b36e162aacf2a";
static const char JOIN_MESSAGE[] =
	"ae5386f81c44351a80298c2a56164702d6b51f2082af0730a85dd7d1b9cffc5f";
static const char ACCOUNT_0[] =
	"b4d6b674993c8abd72552a6a601b932962a88e5a0d9af206bcb71d9614d61105";
static const char STREAM_NOTES[] =
	"6b56344ea5e7e8cc2c430d19794cac48bf80e0741c88bfdac3218cbf0acdcafc";
static const char ASSET_BREAD[] =
	"b2c200cd16f96cf35f39b9869fc2fdbc7316535a22a4ded6d38b7d218de38003";
static const char RECORD_LEAF_HASH[] =
	"9a54406f8a2f87a60fe4ce028d0a9aa386f30234f80b593f20b9ceb3fb3b33ed";

static struct ledger_fixture fixture;
static struct hash stream, asset;

static void start(void)
{
	ledger_fixture_init(&fixture, NULL);
	stream = stream_id_of(text_view("notes"));
	asset = asset_id_of(text_view("bread"));
}

static void stop(void)
{
	ledger_fixture_close(&fixture);
}

static void expect_bytes(struct bytes_view got, const char *wanted)
{
	struct bytes_view bytes = from_hex(wanted);

	ck_assert_uint_eq(got.size, bytes.size);
	ck_assert_mem_eq(got.at, bytes.at, bytes.size);
}

static void expect_hash(struct hash got, const char *wanted)
{
	expect_bytes(hash_view(&got), wanted);
}

START_TEST(the_genesis_has_these_bytes_and_this_hash)
{
	struct genesis *back = malloc(sizeof *back);
	struct buffer bytes;

	buffer_init(&bytes, GENESIS_SIZE_MAX);
	genesis_encode(&bytes, fixture.genesis);
	expect_bytes(buffer_view(&bytes), GENESIS);
	expect_hash(genesis_hash(buffer_view(&bytes)), GENESIS_HASH);
	expect_hash(fixture.network.genesis, GENESIS_HASH);
	buffer_close(&bytes);
	ck_assert_int_eq(genesis_decode(back, from_hex(GENESIS), NULL), STATUS_OK);
	ck_assert_str_eq(back->name, "fixture");
	free(back);
}
END_TEST

START_TEST(block_0_has_this_header)
{
	uint8_t bytes[HEADER_SIZE];

	header_encode(bytes, &fixture.ledger.tip.header);
	expect_bytes(bytes_view(bytes, sizeof bytes), HEADER_0);
	expect_hash(fixture.ledger.tip.hash, HEADER_0_HASH);
	expect_hash(header_leaf_hash(&fixture.ledger.tip.header), HEADER_0_LEAF);
}
END_TEST

START_TEST(the_validator_of_genesis_stands_in_the_state_with_these_bytes)
{
	for (size_t i = 0; i < sizeof VALIDATOR_STATE / sizeof VALIDATOR_STATE[0]; i++) {
		const struct memory_value *value =
			memory_ledger_find(&fixture.ledger, &fixture.network,
		                       from_hex(VALIDATOR_STATE[i].raw_key));

		ck_assert_ptr_nonnull(value);
		expect_bytes(bytes_view(value->value, value->value_size),
		             VALIDATOR_STATE[i].value);
	}
}
END_TEST

START_TEST(names_have_these_ids)
{
	expect_hash(fixture.accounts[0].id, ACCOUNT_0);
	expect_hash(stream, STREAM_NOTES);
	expect_hash(asset, ASSET_BREAD);
}
END_TEST

static struct operation stream_with_schema(void)
{
	struct operation operation = make_stream("notes", STREAM_WRITE_LISTED);

	operation.stream_create.schema = text_view("{}");
	return operation;
}

static struct operation evidence_of_both_kinds(void)
{
	struct operation operation = make_evidence(&fixture, 1000, 0, 3);
	struct ballot nullify = {
		.kind = VOTE_NULLIFY, .view = 3, .parent_view = UINT64_MAX};
	struct ballot finalize = {
		.kind = VOTE_FINALIZE, .view = 3, .parent_view = 1, .block = fixture.ledger.tip.hash};

	operation.evidence_submit.first = make_vote(&fixture, 1000, &nullify);
	operation.evidence_submit.second = make_vote(&fixture, 1000, &finalize);
	return operation;
}

static struct operation operation_of(int row)
{
	const struct hash *other = &fixture.accounts[1].id;
	struct key_pair new_keys = ledger_fixture_keys(&fixture, 50);
	struct operation made;
	struct node_id node;

	switch (row) {
	case 0:
		made = make_append(&stream, "key", "value");
		made.record_append.expected_version = (struct optional_u64){true, 3};
		return made;
	case 1:
		made = make_append(&stream, "", "0123456789abcdef0123456789abcdef");
		made.record_append.value_kind = VALUE_FILE;
		made.record_append.expected_count = (struct optional_u64){true, 7};
		made.record_append.reference.present = true;
		made.record_append.reference.value.stream = stream;
		made.record_append.reference.value.position = 6;
		return made;
	case 2:
		return stream_with_schema();
	case 3:
		return make_grant(&stream, STREAM_ROLE_WRITER, other);
	case 4:
		return make_revoke(&stream, STREAM_ROLE_WRITER, other);
	case 5:
		return make_rotate(&fixture, &fixture.accounts[0].id, &new_keys, 5);
	case 6:
		made = make_describe("Ada");
		made.account_describe.contact = text_view("ada@example.org");
		made.account_describe.encryption_key.present = true;
		memcpy(&made.account_describe.encryption_key.value,
		       &fixture.accounts[2].keys.public_key, PUBLIC_KEY_SIZE);
		made.account_describe.inbox = (struct optional_hash){true, stream};
		return made;
	case 7:
		return make_asset("bread", 2);
	case 8:
		return make_mint(&asset, other, 1000);
	case 9:
		return make_transfer(&asset, other, 999);
	case 10:
		return make_burn(&asset, 998);
	case 11:
		return make_admit(other);
	case 12:
		return make_remove(other);
	case 13:
		return make_join(&fixture, &fixture.accounts[0].id, 50);
	case 14:
		return make_param("term_length", 7);
	case 15:
		return evidence_of_both_kinds();
	default:
		node = make_node_id(&fixture, 50);
		return make_node(&node, other, 12);
	}
}

START_TEST(a_transaction_with_each_operation_has_these_bytes)
{
	const struct tx *tx;
	struct tx back;

	fixture.salt = (uint64_t)_i;
	tx = ledger_fixture_tx_of(&fixture, 0, operation_of(_i));
	expect_bytes(tx->bytes, TXS[_i].bytes);
	expect_hash(tx->txid, TXS[_i].txid);
	expect_hash(tx->leaf_hash, TXS[_i].leaf_hash);
	ck_assert_int_eq(tx_decode(&back, &fixture.network, from_hex(TXS[_i].bytes), NULL),
	                 VERDICT_GOOD);
	ck_assert_int_eq(tx_check_signature(&back, NULL), VERDICT_GOOD);
}
END_TEST

START_TEST(a_block_has_this_header_and_writes_this_state)
{
	struct operation operations[3] = {
		stream_with_schema(),
		make_append(&stream, "key", "value"),
		make_asset("bread", 2),
	};
	const struct tx *tx;
	struct draft *draft;
	uint8_t bytes[HEADER_SIZE];
	size_t touched = 0;

	fixture.salt = 11;
	tx = ledger_fixture_tx(&fixture, 0, operations, 3);
	draft = ledger_fixture_sealed(&fixture, NULL, &tx, 1);
	header_encode(bytes, &draft->header);
	expect_bytes(bytes_view(bytes, sizeof bytes), HEADER_1);
	expect_hash(draft->hash, HEADER_1_HASH);
	expect_hash(draft->streams->leaf_hashes[0], RECORD_LEAF_HASH);
	for (const struct draft_entry *entry = draft->entries; entry;
	     entry = entry->hh.next) {
		size_t row = 0;

		if (!entry->touched)
			continue;
		touched++;
		while (row < STATE_COUNT &&
		       !bytes_equal(entry->key, from_hex(STATE[row].raw_key)))
			row++;
		ck_assert_uint_lt(row, STATE_COUNT);
		expect_hash(entry->key_hash, STATE[row].key_hash);
		expect_bytes(entry->value, STATE[row].value);
	}
	ck_assert_uint_eq(touched, STATE_COUNT);
	draft_free(draft);
}
END_TEST

START_TEST(votes_joins_and_rotations_have_these_messages)
{
	struct operation join = make_join(&fixture, &fixture.accounts[0].id, 50);
	struct key_pair new_keys = ledger_fixture_keys(&fixture, 50);

	for (unsigned kind = VOTE_NOTARIZE; kind <= VOTE_FINALIZE; kind++) {
		struct ballot ballot = {
			.kind = (uint8_t)kind,
			.epoch = 1,
			.view = 2,
			.parent_view = kind == VOTE_NULLIFY ? UINT64_MAX : 1,
		};

		if (kind != VOTE_NULLIFY)
			ballot.block = fixture.ledger.tip.hash;
		expect_hash(ballot_digest(&ballot, &fixture.network), DIGESTS[kind]);
	}
	expect_hash(rotation_message(&fixture.network, &fixture.accounts[0].id,
	                             &new_keys.public_key, 5),
	            ROTATION_MESSAGE);
	expect_hash(join_message(&fixture.network, &fixture.accounts[0].id,
	                         &join.validator_join),
	            JOIN_MESSAGE);
}
END_TEST

Suite *test_suite(void)
{
	Suite *suite = suite_create("golden bytes of the ledger");
	TCase *tests = tcase_create("golden bytes of the ledger");

	tcase_add_checked_fixture(tests, start, stop);
	tcase_add_test(tests, the_genesis_has_these_bytes_and_this_hash);
	tcase_add_test(tests, block_0_has_this_header);
	tcase_add_test(tests,
	               the_validator_of_genesis_stands_in_the_state_with_these_bytes);
	tcase_add_test(tests, names_have_these_ids);
	tcase_add_loop_test(tests, a_transaction_with_each_operation_has_these_bytes, 0,
	                    TX_COUNT);
	tcase_add_test(tests, a_block_has_this_header_and_writes_this_state);
	tcase_add_test(tests, votes_joins_and_rotations_have_these_messages);
	suite_add_tcase(suite, tests);
	return suite;
}
