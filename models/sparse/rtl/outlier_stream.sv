// Reads a round of a tile's outlier stream word by word: whether another round follows, a count, then entries of value, tree and lane, low
// bits first, without gaps. Deals the entries out to the sparse lanes and counts the cycles that the fullest lane will need.
//   row_banked: lane = tree mod SPARSE        pooled (POOLED = 1): the lanes in turn        s = max(1, entries of the fullest lane)
// Ports   start: a round begins, in its first cycle; with or without a word.
//         take, word: a word of the stream arrives. last: with it all entries are there.
//         entry_valid[i], entry_value, entry_tree, entry_lane, entry_to, entry_slot: entries that are complete with this word; the
//         i-th goes to sparse lane entry_to and is the entry_slot-th there.
//         outlier_cycles: s of the round, from the cycle after `last`; 1 after a start without words. more: outliers of the same tile
//         follow, as long.
// Depth   0: a stream takes ceil(bits / PORT) cycles.
// Timing  docs/timing-model.md, "Outliers"        Twin  decode_outliers, sparse_load_of, models/sparse/sparse_math.h
module outlier_stream #(
    parameter integer PORT = 128,
    parameter integer TREES = 16,
    parameter integer LANES = 16,
    parameter integer VALUE = 4,
    parameter integer SPARSE = 4,
    parameter integer POOLED = 0,
    parameter integer LIST = 8,
    parameter integer COUNT_BITS = 16,
    parameter integer TREE = TREES > 1 ? $clog2(TREES) : 1,  // derived: do not set
    parameter integer LANE = LANES > 1 ? $clog2(LANES) : 1,  // derived: do not set
    parameter integer ENTRY = VALUE + $clog2(TREES) + $clog2(LANES),  // derived: do not set
    parameter integer MOST = (PORT + ENTRY - 1) / ENTRY  // derived: do not set
) (
    input  wire                       clk,
    input  wire                       start,
    input  wire                       take,
    input  wire [           PORT-1:0] word,
    output wire                       last,
    output reg  [           MOST-1:0] entry_valid,
    output reg  [     MOST*VALUE-1:0] entry_value,
    output reg  [      MOST*TREE-1:0] entry_tree,
    output reg  [      MOST*LANE-1:0] entry_lane,
    output reg  [         MOST*8-1:0] entry_to,
    output reg  [MOST*COUNT_BITS-1:0] entry_slot,
    output reg  [     COUNT_BITS-1:0] outlier_cycles,
    output reg                        more
);
  localparam integer COUNT = $clog2((TREES * LANES < SPARSE * LIST ? TREES * LANES : SPARSE * LIST) + 1);
  localparam integer HEAD = COUNT + 1;
  localparam integer REST = HEAD > ENTRY ? HEAD : ENTRY;
  localparam integer WINDOW = REST + PORT;
  localparam integer FILL = $clog2(WINDOW + HEAD + 1) + 1;

  // Bits kept from the words before, and entries that are still to come.
  reg [REST-1:0] left;
  reg [FILL-1:0] fill;
  reg counted;
  reg [COUNT-1:0] missing;

  wire counted_before = counted & ~start;
  wire [FILL-1:0] fill_before = start ? 0 : fill;
  wire [WINDOW-1:0] window = {{PORT{1'b0}}, start ? {REST{1'b0}} : left} | ({{REST{1'b0}}, word} << fill_before);
  wire [FILL-1:0] fill_now = fill_before + PORT[FILL-1:0];
  wire counts = ~counted_before & fill_now >= HEAD[FILL-1:0];
  wire counted_now = counted_before | counts;
  wire [COUNT-1:0] missing_before = counted_before ? missing : counted_now ? window[HEAD-1:1] : {COUNT{1'b1}};

  // Entries begin behind the head or at the low end.
  wire [WINDOW-1:0] entries = counts ? window >> HEAD : window;
  wire [FILL-1:0] entry_bits = counts ? fill_now - HEAD[FILL-1:0] : fill_now;

  // Entries of each lane so far, and the lane whose turn it is.
  reg [SPARSE*COUNT_BITS-1:0] dealt, dealt_now;
  reg [7:0] turn, turn_now;
  reg [COUNT-1:0] missing_now;
  reg [FILL-1:0] used;
  reg [COUNT_BITS-1:0] fullest;
  reg [ENTRY-1:0] entry, rest_of_entry;
  reg [31:0] to;
  integer i, l;
  always @(*) begin
    dealt_now = start ? 0 : dealt;
    turn_now = start ? 0 : turn;
    missing_now = missing_before;
    used = 0;
    for (i = 0; i < MOST; i = i + 1) begin
      entry = entries[i*ENTRY+:ENTRY];
      entry_value[i*VALUE+:VALUE] = entry[VALUE-1:0];
      rest_of_entry = entry >> VALUE;
      entry_tree[i*TREE+:TREE] = TREES > 1 ? rest_of_entry[TREE-1:0] : 0;
      rest_of_entry = entry >> (VALUE + $clog2(TREES));
      entry_lane[i*LANE+:LANE] = LANES > 1 ? rest_of_entry[LANE-1:0] : 0;
      to = POOLED != 0 ? {24'd0, turn_now} : {{32 - TREE{1'b0}}, entry_tree[i*TREE+:TREE]} % SPARSE;
      entry_to[i*8+:8] = to[7:0];
      entry_slot[i*COUNT_BITS+:COUNT_BITS] = dealt_now[to*COUNT_BITS+:COUNT_BITS];
      entry_valid[i] = take & counted_now & missing_now != 0 & {{32 - FILL{1'b0}}, entry_bits} >= (i + 1) * ENTRY;
      if (entry_valid[i]) begin
        used = used + ENTRY[FILL-1:0];
        missing_now = missing_now - 1'b1;
        turn_now = {24'd0, turn_now} == SPARSE - 1 ? 8'd0 : turn_now + 8'd1;
        dealt_now[to*COUNT_BITS+:COUNT_BITS] = dealt_now[to*COUNT_BITS+:COUNT_BITS] + 1'b1;
      end
    end
    fullest = 1;
    for (l = 0; l < SPARSE; l = l + 1)
      if (dealt_now[l*COUNT_BITS+:COUNT_BITS] > fullest) fullest = dealt_now[l*COUNT_BITS+:COUNT_BITS];
  end

  assign last = counted_now & missing_now == 0;
  wire [FILL-1:0] consumed = used + (counts ? HEAD[FILL-1:0] : {FILL{1'b0}});
  wire [WINDOW-1:0] rest = window >> consumed;

  always @(posedge clk)
    if (take) begin
      left <= rest[REST-1:0];
      fill <= fill_now - consumed;
      counted <= counted_now;
      missing <= missing_now;
      dealt <= dealt_now;
      turn <= turn_now;
      outlier_cycles <= fullest;
      if (counts) more <= window[0];
    end else if (start) begin
      left <= 0;
      fill <= 0;
      counted <= 1'b0;
      dealt <= 0;
      turn <= 0;
      outlier_cycles <= 1;
      more <= 1'b0;
    end
endmodule
