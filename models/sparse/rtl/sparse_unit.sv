// The sparse unit of the array core: reads the outlier stream of the next round, keeps its entries per sparse lane, and for every
// vector multiplies them in s steps beside the trees. Adds what a tree's outliers give to the tree's partial sum.
// Ports   start, take, word, last, outlier_cycles, more: outlier_stream.sv. load_set: the set that is loaded. outlier_shifts: u per tree.
//         here, step, set, activations: a vector is in the lanes, in its step-th cycle, with the entries of `set`.
//         partial: of each tree, stable from three cycles behind a vector's first step on, as the trees take a vector one cycle after
//         the lanes. totals: three cycles behind its last.
//         LATE: cycles by which vectors trail their issue; the entries trail the port by as much, s does not.
// Depth   3 from the last step: the lane's activation and product, the gathered sum.
// Timing  docs/timing-model.md, "Outliers"        Twin  sparse_outlier_unit, models/sparse/sparse_outlier_unit.h
module sparse_unit #(
    parameter integer PORT = 128,
    parameter integer TREES = 16,
    parameter integer LANES = 16,
    parameter integer A = 4,
    parameter integer VALUE = 4,
    parameter integer SPARSE = 4,
    parameter integer POOLED = 0,
    parameter integer LIST = 8,
    parameter integer PARTIAL = 13,
    parameter integer LATE = 0,
    parameter integer COUNT_BITS = 16,
    parameter integer GATHERED = VALUE + A + 7 + $clog2(LIST * (POOLED != 0 ? SPARSE : 1)),  // derived: do not set
    parameter integer TOTAL = (PARTIAL > GATHERED ? PARTIAL : GATHERED) + 1  // derived: do not set
) (
    input  wire                     clk,
    input  wire                     reset,
    input  wire                     start,
    input  wire                     load_set,
    input  wire [      TREES*3-1:0] outlier_shifts,
    input  wire                     take,
    input  wire [         PORT-1:0] word,
    output wire                     last,
    output wire [   COUNT_BITS-1:0] outlier_cycles,
    output wire                     more,
    output wire                     overflow,
    input  wire                     here,
    input  wire [   COUNT_BITS-1:0] step,
    input  wire                     set,
    input  wire [      LANES*A-1:0] activations,
    input  wire [TREES*PARTIAL-1:0] partial,
    output wire [  TREES*TOTAL-1:0] totals
);
  localparam integer TREE = TREES > 1 ? $clog2(TREES) : 1;
  localparam integer LANE = LANES > 1 ? $clog2(LANES) : 1;
  localparam integer STREAMED = VALUE + $clog2(TREES) + $clog2(LANES);
  localparam integer MOST = (PORT + STREAMED - 1) / STREAMED;
  localparam integer ENTRY = VALUE + TREE + LANE + 3;
  localparam integer PRODUCT = VALUE + A + 7;
  localparam integer ENTRIES = LIST * (POOLED != 0 ? SPARSE : 1);

  // ---- load ----
  wire [MOST-1:0] valid_in, write;
  wire [MOST*VALUE-1:0] value_in;
  wire [MOST*TREE-1:0] tree_in;
  wire [MOST*LANE-1:0] lane_in;
  wire [MOST*8-1:0] to_in, to;
  wire [MOST*COUNT_BITS-1:0] slot_in, slot;
  wire [MOST*ENTRY-1:0] entry_in, entry;
  wire clear, late_set;
  outlier_stream #(
      .PORT(PORT), .TREES(TREES), .LANES(LANES), .VALUE(VALUE), .SPARSE(SPARSE), .POOLED(POOLED), .LIST(LIST), .COUNT_BITS(COUNT_BITS)
  ) stream (
      .clk(clk), .start(start), .take(take), .word(word), .last(last), .entry_valid(valid_in), .entry_value(value_in),
      .entry_tree(tree_in), .entry_lane(lane_in), .entry_to(to_in), .entry_slot(slot_in), .outlier_cycles(outlier_cycles),
      .more(more)
  );
  genvar i, l, t;
  generate
    for (i = 0; i < MOST; i = i + 1) begin : incoming
      // u goes with its entry, so that it stays in step with it
      wire [TREES*3-1:0] shifts = outlier_shifts >> (3 * {{32 - TREE{1'b0}}, tree_in[i*TREE+:TREE]});
      assign entry_in[i*ENTRY+:ENTRY] = {shifts[2:0], lane_in[i*LANE+:LANE], tree_in[i*TREE+:TREE], value_in[i*VALUE+:VALUE]};
    end
  endgenerate
  delay_line #(.WIDTH(1 + MOST), .DEPTH(LATE), .CLEAR(1)) valid_late (.clk(clk), .reset(reset), .data({start, valid_in}), .delayed({clear, write}));
  delay_line #(.WIDTH(1 + MOST * (8 + COUNT_BITS + ENTRY)), .DEPTH(LATE)) entries_late (
      .clk(clk), .reset(reset), .data({load_set, to_in, slot_in, entry_in}), .delayed({late_set, to, slot, entry})
  );

  wire [SPARSE-1:0] valid;
  wire [SPARSE*ENTRY-1:0] shown;
  outlier_slots #(
      .ENTRY(ENTRY), .MOST(MOST), .SPARSE(SPARSE), .LIST(LIST), .COUNT_BITS(COUNT_BITS)
  ) slots (
      .clk(clk), .clear(clear), .load_set(late_set), .write(write), .to(to), .slot(slot), .entry(entry), .set(set), .step(step),
      .valid(valid), .shown(shown), .overflow(overflow)
  );

  // ---- multiply: a step per cycle ----
  wire here_before, first_before;
  wire [SPARSE-1:0] valid_before;
  wire [SPARSE*TREE-1:0] tree_before;
  wire [SPARSE*PRODUCT-1:0] products;
  wire [SPARSE*TREE-1:0] trees_shown;
  delay_line #(.WIDTH(1), .DEPTH(2), .CLEAR(1)) here_line (.clk(clk), .reset(reset), .data(here), .delayed(here_before));
  delay_line #(.WIDTH(1 + SPARSE + SPARSE * TREE), .DEPTH(2)) with_products (
      .clk(clk), .reset(reset), .data({step == 0, here ? valid : {SPARSE{1'b0}}, trees_shown}),
      .delayed({first_before, valid_before, tree_before})
  );
  generate
    for (l = 0; l < SPARSE; l = l + 1) begin : lanes
      wire [ENTRY-1:0] outlier = shown[l*ENTRY+:ENTRY];
      assign trees_shown[l*TREE+:TREE] = outlier[VALUE+:TREE];
      sparse_lane #(.K(VALUE), .A(A), .LANES(LANES)) lane (
          .clk(clk), .enable(here & valid[l]), .activations(activations), .index(outlier[VALUE+TREE+:LANE]),
          .value(outlier[VALUE-1:0]), .shift(outlier[ENTRY-1-:3]), .product(products[l*PRODUCT+:PRODUCT])
      );
    end

    // ---- gather per tree ----
    if (POOLED != 0) begin : pooled
      wire [TREES*GATHERED-1:0] brought;
      sparse_crossbar #(.K(VALUE), .A(A), .LANES(TREES), .SPARSE(SPARSE), .ENTRIES(ENTRIES)) crossbar (
          .valid(valid_before), .tree(tree_before), .product(products), .sums(brought)
      );
      for (t = 0; t < TREES; t = t + 1) begin : trees
        sparse_bank_adder #(.K(VALUE), .A(A), .ENTRIES(ENTRIES), .PARTIAL(PARTIAL), .PRODUCT(GATHERED)) adder (
            .clk(clk), .enable(here_before), .clear(first_before), .take(1'b1), .product(brought[t*GATHERED+:GATHERED]),
            .partial(partial[t*PARTIAL+:PARTIAL]), .total(totals[t*TOTAL+:TOTAL])
        );
      end
    end else begin : row_banked
      for (t = 0; t < TREES; t = t + 1) begin : trees
        localparam integer FROM = t % SPARSE;
        sparse_bank_adder #(.K(VALUE), .A(A), .ENTRIES(ENTRIES), .PARTIAL(PARTIAL)) adder (
            .clk(clk), .enable(here_before), .clear(first_before),
            .take(valid_before[FROM] & {{32 - TREE{1'b0}}, tree_before[FROM*TREE+:TREE]} == t),
            .product(products[FROM*PRODUCT+:PRODUCT]), .partial(partial[t*PARTIAL+:PARTIAL]), .total(totals[t*TOTAL+:TOTAL])
        );
      end
    end
  endgenerate
endmodule
