// The array core: weight registers, multiplier trees, zero-point unit, sparse outlier lanes, accumulators and the hand-over to the
// drain, under the control that keeps the timing contract. A tile is offered, loaded through the weight port, swapped in, and its
// vectors issue; outliers run beside them in lock-step, and completed accumulator banks are read out group by group.
//   VARIANT  0 multiplier      1 pre_subtract      2 row_sum every_cycle      3 row_sum at_drain
//            4 pot      5 post      6 widened: K is the stored width, one more than the code's
//            7 port_subtract: a subtractor per lane and tree here, where a port of whole rows needs those of a word
//            8 post whose odd products share a word
// Ports   tile_*: the tile that is loaded next, while tile_valid; they stay until load_start. tile_bits: width of its codes, K at
//         most; tile_codes_signed, tile_inputs_signed: sign modes of the pass; tile_shift: its shift in the accumulators;
//         tile_corrects: row_sum takes z * sum(x) off in this pass; tile_zero_points, tile_outlier_shifts: per tree. tile_has_codes: 0 for
//         a later round of a tile's outliers, whose weights are zeros; it is offered as a tile of its own. more: such a round follows the
//         stream that was loaded last.
//         layer_corrects: the row_sum unit works on this layer; constant between layers.
//         weight_word, outlier_word: the next word of the tile's dense codes and of its outlier stream; one bus (weight_word) unless
//         OUTLIER_PORT is set. dense_take, outlier_take: it crosses in this cycle.
//         input_word, input_take: the next word of the next vector; it crosses in this cycle.
//         drain, drain_vector, drain_group, drain_bank: DRAIN entries cross to the requantizer in this cycle as drain_sums; and
//         drain_activation_sum of their vector (row_sum at_drain).
//         load_start .. stall, output_free: array_control.sv. overflow: an outlier found no place in its list.
// Depth   PIPELINE cycles from a whole vector to its accumulators (3 at least: product, sum, accumulator); with 4 or more the
//         vector has a register of its own, and the weights are copied at a swap; one more where row_sum every_cycle works. With sparse
//         lanes 4 at least: they take the vector in front of that register.
//         STATIONARY = 1 is the output-stationary dataflow: DEPTH = 1, INTERVAL = 1, every tile has one vector and is a slice of
//         its inputs, and the sums stand in registers. Else INTERVAL is 2 at least, what the accumulator takes from its read to its word's next read.
// Timing  docs/timing-model.md        Twins  dense_mac_array, sparse_outlier_unit, zero_point_adder, accumulators (models/)
// Without the requantizer's arithmetic, buffers, im2col; the choice of a piece of wide codes; whole activations for the
//         outliers of a layer with several activation passes.
module array_core #(
    parameter integer VARIANT = 0,
    parameter integer TREES = 16,
    parameter integer LANES = 16,
    parameter integer K = 4,
    parameter integer A = 4,
    parameter integer ZERO = 8,
    parameter integer GUARD = 4,
    parameter integer PIPELINE = 3,
    parameter integer SHADOW = 1,
    parameter integer WEIGHT_PORT = 128,
    parameter integer OUTLIER_PORT = 0,
    parameter integer INPUT_PORT = 128,
    parameter integer SPARSE = 0,
    parameter integer POOLED = 0,
    parameter integer VALUE = 4,
    parameter integer LIST = 8,
    parameter integer W = 32,
    parameter integer DEPTH = 256,
    parameter integer INTERVAL = 2,
    parameter integer DRAIN = 16,
    parameter integer STATIONARY = 0,
    parameter integer VECTOR = DEPTH > 1 ? $clog2(DEPTH) : 1,  // derived: do not set
    parameter integer GROUPS = (TREES + DRAIN - 1) / DRAIN,  // derived: do not set
    parameter integer GROUP = GROUPS > 1 ? $clog2(GROUPS) : 1,  // derived: do not set
    parameter integer OUTLIER_BUS = OUTLIER_PORT > 0 ? OUTLIER_PORT : WEIGHT_PORT  // derived: do not set
) (
    input  wire                   clk,
    input  wire                   reset,
    input  wire                   layer_corrects,
    // load
    input  wire                   tile_valid,
    input  wire [            8:0] tile_rows,
    input  wire [            6:0] tile_columns,
    input  wire [            3:0] tile_bits,
    input  wire                   tile_codes_signed,
    input  wire                   tile_inputs_signed,
    input  wire [            4:0] tile_shift,
    input  wire                   tile_corrects,
    input  wire                   tile_has_codes,
    input  wire                   tile_has_outliers,
    input  wire [ TREES*ZERO-1:0] tile_zero_points,
    input  wire [    TREES*3-1:0] tile_outlier_shifts,
    input  wire [     VECTOR-1:0] tile_last_vector,
    input  wire                   tile_first_slice,
    input  wire                   tile_last_slice,
    input  wire                   tile_ends_layer,
    input  wire [WEIGHT_PORT-1:0] weight_word,
    input  wire [OUTLIER_BUS-1:0] outlier_word,
    output wire                   dense_take,
    output wire                   outlier_take,
    output wire                   load_start,
    output wire                   load_end,
    output wire                   more,
    output wire                   overflow,
    // issue
    input  wire                   input_ready,
    input  wire [ INPUT_PORT-1:0] input_word,
    output wire                   input_take,
    output wire                   swap,
    output wire                   issue,
    output wire                   done,
    output wire [            5:0] stall,
    // drain
    input  wire                   output_free,
    output wire                   drain,
    output wire                   drain_start,
    output wire                   drain_last,
    output wire                   drain_end,
    output wire [     VECTOR-1:0] drain_vector,
    output wire [      GROUP-1:0] drain_group,
    output wire                   drain_bank,
    output wire [    DRAIN*W-1:0] drain_sums,
    output wire [          W-1:0] drain_activation_sum
);
  localparam integer COUNT = 16;
  localparam integer R = (LANES * A + INPUT_PORT - 1) / INPUT_PORT;
  localparam integer ROW_SUM = VARIANT == 2 || VARIANT == 3 ? 1 : 0;
  localparam integer EVERY_CYCLE = VARIANT == 2 ? 1 : 0;
  localparam integer FRONT = PIPELINE > 3 ? 1 : 0;
  localparam integer SPARE = PIPELINE - 3 - FRONT;     // registers behind the trees
  localparam integer ADD = FRONT + 2 + EVERY_CYCLE + SPARE;  // from a vector's last cycle in the sparse lanes to the accumulators' adders
  localparam integer SIDE = 8;

  // ---- control ----
  wire word_ready, word_last;
  wire [SIDE-1:0] loaded_side, issue_side;
  wire [COUNT-1:0] loaded_outlier_cycles, outlier_cycles;
  wire [VECTOR-1:0] issue_vector;
  wire slice_first, issue_set, issue_bank;
  wire [31:0] last_group = ({23'd0, tile_rows} - 1) / DRAIN;
  array_control #(
      .VECTOR_BITS(VECTOR), .GROUP_BITS(GROUP), .COUNT_BITS(COUNT), .SIDE_BITS(SIDE)
  ) control (
      .clk(clk), .reset(reset), .pipeline_depth(PIPELINE[6:0] + {6'd0, layer_corrects}), .input_cycles(R[COUNT-1:0]),
      .write_interval(INTERVAL[4:0]), .shadow(SHADOW != 0), .tile_valid(tile_valid), .tile_last_vector(tile_last_vector),
      .tile_last_group(last_group[GROUP-1:0]), .tile_first_slice(tile_first_slice), .tile_last_slice(tile_last_slice),
      .tile_ends_layer(tile_ends_layer), .tile_side({tile_corrects, tile_shift, tile_inputs_signed, tile_codes_signed}),
      .word_last(word_last), .load_start(load_start), .word_ready(word_ready), .load_end(load_end), .loaded_side(loaded_side),
      .loaded_outlier_cycles(loaded_outlier_cycles), .input_ready(input_ready), .swap(swap), .issue(issue),
      .issue_vector(issue_vector), .slice_first(slice_first), .issue_side(issue_side), .outlier_cycles(outlier_cycles),
      .issue_set(issue_set), .issue_bank(issue_bank), .done(done), .stall(stall), .output_free(output_free), .drain(drain),
      .drain_start(drain_start), .drain_last(drain_last), .drain_end(drain_end), .drain_vector(drain_vector),
      .drain_group(drain_group), .drain_bank(drain_bank), .drain_side()
  );

  // ---- load: dense words, then or beside them outlier words ----
  reg [8:0] held_rows;
  reg [6:0] held_columns;
  reg [3:0] held_bits;
  reg held_has_codes, held_has_outliers, held_codes_signed, dense_in, outliers_in, held_load_set;
  reg [TREES*ZERO-1:0] held_zero_points;
  reg [TREES*3-1:0] held_outlier_shifts;
  wire [8:0] rows = load_start ? tile_rows : held_rows;
  wire has_outliers = load_start ? tile_has_outliers : held_has_outliers;
  wire has_codes = load_start ? tile_has_codes : held_has_codes;
  wire clear_weights = load_start & ~tile_has_codes;
  wire dense_before = ~has_codes | (~load_start & dense_in);
  wire outliers_before = ~has_outliers | (~load_start & outliers_in);
  wire load_set = SHADOW != 0 ? held_load_set ^ load_start : 1'b0;
  wire [TREES*ZERO-1:0] zero_points = load_start ? tile_zero_points : held_zero_points;
  wire dense_last, outliers_last;

  assign dense_take = word_ready & ~dense_before;
  assign outlier_take = word_ready & ~outliers_before & (OUTLIER_PORT > 0 | dense_before);
  assign word_last = (dense_before | (dense_take & dense_last)) & (outliers_before | (outlier_take & outliers_last));

  always @(posedge clk) begin
    if (reset) held_load_set <= 1'b1;
    else held_load_set <= held_load_set ^ load_start;
    if (load_start) begin
      held_rows <= tile_rows;
      held_columns <= tile_columns;
      held_bits <= tile_bits;
      held_has_codes <= tile_has_codes;
      held_has_outliers <= tile_has_outliers;
      held_codes_signed <= tile_codes_signed;
      held_zero_points <= tile_zero_points;
      held_outlier_shifts <= tile_outlier_shifts;
    end
    dense_in <= dense_before | (dense_take & dense_last);
    outliers_in <= outliers_before | (outlier_take & outliers_last);
  end

  wire [TREES-1:0] row_write;
  wire [TREES*LANES*K-1:0] row;
  weight_stream #(
      .PORT(WEIGHT_PORT), .TREES(TREES), .LANES(LANES), .K(K)
  ) dense_words (
      .clk(clk), .start(load_start), .take(dense_take), .word(weight_word), .rows(rows),
      .columns(load_start ? tile_columns : held_columns), .bits(load_start ? tile_bits : held_bits),
      .codes_signed(load_start ? tile_codes_signed : held_codes_signed), .last(dense_last), .row_write(row_write), .row(row)
  );

  // ---- the vector: whole R - 1 cycles behind its issue, for the sparse lanes; with FRONT the trees take it one cycle later, from a register ----
  // What goes with it: {outlier cycles, first slice, set, bank, index, side}. It is held until the next one.
  localparam integer TAG = COUNT + 3 + VECTOR + SIDE;
  wire whole;
  wire [LANES*A-1:0] port_vector;
  vector_port #(
      .PORT(INPUT_PORT), .LANES(LANES), .A(A)
  ) port (
      .clk(clk), .reset(reset), .issue(issue), .word(input_word), .take(input_take), .whole(whole), .vector(port_vector)
  );

  reg [TAG-1:0] issued_tag, entered_tag;
  reg [LANES*A-1:0] entered_vector;
  reg entered;
  wire [TAG-1:0] issue_tag = {outlier_cycles, slice_first, issue_set, issue_bank, issue_vector, issue_side};
  wire [TAG-1:0] whole_tag = R == 1 ? issue_tag : issued_tag;
  wire [TAG-1:0] here_tag = whole ? whole_tag : entered_tag;
  wire [LANES*A-1:0] here_vector = whole ? port_vector : entered_vector;
  wire enter = FRONT != 0 ? entered : whole;
  wire [TAG-1:0] tag = FRONT != 0 ? entered_tag : here_tag;
  wire [LANES*A-1:0] vector = FRONT != 0 ? entered_vector : here_vector;
  always @(posedge clk) begin
    if (issue) issued_tag <= issue_tag;
    entered <= whole & ~reset;
    if (whole) begin
      entered_tag <= whole_tag;
      entered_vector <= port_vector;
    end
  end
  wire [SIDE-1:0] side = tag[SIDE-1:0];
  wire set = tag[SIDE+VECTOR+1];
  wire here_set = here_tag[SIDE+VECTOR+1];
  wire [COUNT-1:0] s = here_tag[TAG-1-:COUNT];

  // Its cycles in the sparse lanes, 0 .. s - 1.
  reg [COUNT-1:0] next_step;
  reg working;
  wire here = whole | working;
  wire [COUNT-1:0] step = whole ? {COUNT{1'b0}} : next_step;
  wire leaves = here & step + 1'b1 == s;
  always @(posedge clk) begin
    working <= here & ~leaves & ~reset;
    next_step <= step + 1'b1;
  end

  // ---- behind its last cycle in the lanes: {corrects, shift, first, bank, index} ----
  localparam integer BEHIND = 6 + 2 + VECTOR;
  genvar i, t;
  generate
    for (i = 0; i <= ADD; i = i + 1) begin : stages
      wire [BEHIND:0] now;
      if (i == 0) begin : leaving
        assign now = {leaves, here_tag[7:2], here_tag[SIDE+VECTOR+2], here_tag[SIDE+VECTOR], here_tag[SIDE+:VECTOR]};
      end else begin : later
        wire [BEHIND:0] delayed;
        delay_line #(.WIDTH(BEHIND)) tags (.clk(clk), .reset(reset), .data(stages[i-1].now[BEHIND-1:0]), .delayed(delayed[BEHIND-1:0]));
        delay_line #(.WIDTH(1), .CLEAR(1)) valid (.clk(clk), .reset(reset), .data(stages[i-1].now[BEHIND]), .delayed(delayed[BEHIND]));
        // the stage of row_sum is left out on layers on which it does not work
        assign now = EVERY_CYCLE != 0 && i == 3 + FRONT && !layer_corrects ? stages[i-1].now : delayed;
      end
    end
  endgenerate
  wire [BEHIND:0] arriving = stages[ADD].now;
  wire skips = EVERY_CYCLE != 0 & ~layer_corrects;
  wire add = arriving[BEHIND];
  wire add_corrects = arriving[BEHIND-1];
  wire [4:0] add_shift = arriving[VECTOR+2+:5];
  wire add_first = arriving[VECTOR+1];
  wire add_bank = arriving[VECTOR];
  wire [VECTOR-1:0] add_vector = arriving[VECTOR-1:0];

  // ---- activation sum ----
  localparam integer SUM = A + $clog2(LANES) + 1;
  wire [SUM-1:0] activation_sum;
  reg entered_before, entered_twice;
  always @(posedge clk) begin
    entered_before <= enter & ~reset;
    entered_twice <= entered_before & ~reset;
  end
  generate
    if (ROW_SUM != 0) begin : row_sum
      activation_sum_tree #(.A(A), .LANES(LANES)) tree (
          .clk(clk), .enable_product(enter), .enable_sum(entered_before), .activations(vector), .activations_signed(side[1]),
          .sum(activation_sum)
      );
    end else begin : no_row_sum
      assign activation_sum = 0;
    end

    if (VARIANT == 3) begin : at_drain
      wire [W-1:0] sum;
      delay_line #(.WIDTH(W), .DEPTH(SPARE)) spare (
          .clk(clk), .reset(reset), .data({{W - SUM{activation_sum[SUM-1]}}, activation_sum}), .delayed(sum)
      );
      if (STATIONARY != 0) begin : stationary
        stationary_accumulator #(.W(W), .IN(W), .SHIFT(31)) sums (
            .clk(clk), .rst(reset), .enable(add & add_corrects), .first(add_first), .bank(add_bank), .shift(add_shift), .addend(sum),
            .drain_bank(drain_bank), .drained(drain_activation_sum)
        );
      end else begin : banked
        accumulator #(.W(W), .DEPTH(DEPTH), .IN(W), .SHIFT(31)) sums (
            .clk(clk), .rst(reset), .enable(add & add_corrects), .first(add_first), .bank(add_bank), .address(add_vector),
            .shift(add_shift), .addend(sum), .drain_bank(drain_bank), .drain_address(drain_vector), .drained(drain_activation_sum)
        );
      end
    end else begin : not_at_drain
      assign drain_activation_sum = 0;
    end
  endgenerate

  // ---- outliers: added to the trees' sums. A layer with outliers has no zero points, so no stage of row_sum lies between ----
  localparam integer UNCORRECTED = VARIANT == 4 || VARIANT == 5 || VARIANT == 8 ? A + GUARD + 1 + $clog2(LANES) : K + A + $clog2(LANES) + 1 + (VARIANT == 1 || VARIANT == 7 ? 1 : 0);
  localparam integer DENSE = EVERY_CYCLE != 0 ? (UNCORRECTED > ZERO + SUM ? UNCORRECTED : ZERO + SUM) + 1 : UNCORRECTED;
  wire [TREES*DENSE-1:0] dense_sums;
  wire [TREES*W-1:0] totals;
  generate
    if (SPARSE > 0) begin : sparse
      localparam integer GATHERED = VALUE + A + 7 + $clog2(LIST * (POOLED != 0 ? SPARSE : 1));
      localparam integer TOTAL = (DENSE > GATHERED ? DENSE : GATHERED) + 1;
      wire [TREES*TOTAL-1:0] added;
      wire [OUTLIER_BUS-1:0] stream_word;
      if (OUTLIER_PORT > 0) begin : own_port
        assign stream_word = outlier_word;
      end else begin : shared_port
        assign stream_word = weight_word;
      end
      sparse_unit #(
          .PORT(OUTLIER_BUS), .TREES(TREES), .LANES(LANES), .A(A), .VALUE(VALUE), .SPARSE(SPARSE), .POOLED(POOLED), .LIST(LIST),
          .PARTIAL(DENSE), .LATE(R - 1), .COUNT_BITS(COUNT)
      ) unit (
          .clk(clk), .reset(reset), .start(load_start), .load_set(load_set),
          .outlier_shifts(load_start ? tile_outlier_shifts : held_outlier_shifts), .take(outlier_take),
          .word(stream_word), .last(outliers_last), .outlier_cycles(loaded_outlier_cycles), .more(more),
          .overflow(overflow), .here(here), .step(step), .set(SHADOW != 0 ? here_set : 1'b0), .activations(here_vector),
          .partial(dense_sums), .totals(added)
      );
      for (t = 0; t < TREES; t = t + 1) begin : extend
        assign totals[t*W+:W] = {{W - TOTAL{added[t*TOTAL+TOTAL-1]}}, added[t*TOTAL+:TOTAL]};
      end
    end else begin : no_sparse
      for (t = 0; t < TREES; t = t + 1) begin : extend
        assign totals[t*W+:W] = {{W - DENSE{dense_sums[t*DENSE+DENSE-1]}}, dense_sums[t*DENSE+:DENSE]};
      end
      assign outliers_last = 1'b1;
      assign loaded_outlier_cycles = 1;
      assign more = 1'b0;
      assign overflow = 1'b0;
    end
  endgenerate

  // ---- trees, and behind each its correction and its accumulators ----
  localparam integer HAS_ZERO = VARIANT == 1 || VARIANT == 2 ? 1 : 0;
  localparam integer ZERO_BITS = VARIANT == 1 ? K : VARIANT == 2 ? ZERO : 0;
  localparam integer HELD = VARIANT == 7 ? K + 1 : K;
  localparam integer ROW = LANES * HELD + ZERO_BITS;
  // Shifters take activations as sign and magnitude, made once per lane.
  wire [LANES*A-1:0] magnitudes;
  wire [LANES-1:0] negative;
  wire [TREES*W-1:0] drain_row;
  generate
    for (i = 0; i < LANES; i = i + 1) begin : sign_and_magnitude
      assign negative[i] = side[1] & vector[i*A+A-1];
      assign magnitudes[i*A+:A] = negative[i] ? -vector[i*A+:A] : vector[i*A+:A];
    end

    for (t = 0; t < TREES; t = t + 1) begin : trees
      wire [ROW-1:0] loaded, weights;
      if (HAS_ZERO != 0) begin : with_zero
        assign loaded = {zero_points[t*ZERO+:ZERO_BITS], row[t*LANES*K+:LANES*K]};
      end else if (VARIANT == 7) begin : at_port
        wire [ROW-1:0] differences;
        port_subtractor #(.K(K), .CODES(LANES)) subtract (
            .codes_signed(load_start ? tile_codes_signed : held_codes_signed), .codes(row[t*LANES*K+:LANES*K]),
            .zero_points({LANES{zero_points[t*ZERO+:K]}}), .differences(differences)
        );
        assign loaded = clear_weights ? {ROW{1'b0}} : differences;
      end else begin : without_zero
        assign loaded = row[t*LANES*K+:LANES*K];
      end
      tree_weights #(.ROW(ROW), .SHADOW(SHADOW), .COPY(FRONT)) registers (
          .clk(clk), .write(row_write[t] | clear_weights), .load_set(load_set), .row(loaded), .swap(swap), .set(set), .weights(weights)
      );

      wire [UNCORRECTED-1:0] product_sum;
      if (VARIANT == 1) begin : pre_subtract
        pre_subtract_tree #(.K(K), .A(A), .LANES(LANES)) tree (
            .clk(clk), .enable_product(enter), .enable_sum(entered_before), .weights(weights[LANES*K-1:0]),
            .zero_point(weights[ROW-1-:ZERO_BITS]), .activations(vector), .weights_signed(side[0]), .activations_signed(side[1]),
            .sum(product_sum)
        );
      end else if (VARIANT == 4) begin : pot
        pot_tree #(.K(K), .A(A), .LANES(LANES), .G(GUARD)) tree (
            .clk(clk), .enable_product(enter), .enable_sum(entered_before), .codes(weights), .magnitudes(magnitudes),
            .negative(negative), .sum(product_sum)
        );
      end else if (VARIANT == 5) begin : post
        post_tree #(.K(K), .A(A), .LANES(LANES), .G(GUARD)) tree (
            .clk(clk), .enable_product(enter), .enable_sum(entered_before), .codes(weights), .magnitudes(magnitudes),
            .negative(negative), .sum(product_sum)
        );
      end else if (VARIANT == 8) begin : post_word
        post_word_tree #(.K(K), .A(A), .LANES(LANES), .G(GUARD)) tree (
            .clk(clk), .enable_product(enter), .enable_sum(entered_before), .codes(weights), .magnitudes(magnitudes),
            .negative(negative), .sum(product_sum)
        );
      end else if (VARIANT == 6) begin : widened
        widened_tree #(.K(K), .A(A), .LANES(LANES)) tree (
            .clk(clk), .enable_product(enter), .enable_sum(entered_before), .weights(weights[LANES*K-1:0]), .activations(vector),
            .weights_signed(side[0]), .activations_signed(side[1]), .sum(product_sum)
        );
      end else if (VARIANT == 7) begin : port_subtract
        widened_tree #(.K(K + 1), .A(A), .LANES(LANES)) tree (
            .clk(clk), .enable_product(enter), .enable_sum(entered_before), .weights(weights), .activations(vector), .weights_signed(1'b1),
            .activations_signed(side[1]), .sum(product_sum)
        );
      end else begin : multiplier
        mac_tree #(.K(K), .A(A), .LANES(LANES)) tree (
            .clk(clk), .enable_product(enter), .enable_sum(entered_before), .weights(weights[LANES*K-1:0]), .activations(vector),
            .weights_signed(side[0]), .activations_signed(side[1]), .sum(product_sum)
        );
      end

      if (EVERY_CYCLE != 0) begin : every_cycle
        // the zero point goes with its vector: the registers may hold the next tile's by now
        wire [ZERO-1:0] zero_point;
        delay_line #(.WIDTH(ZERO), .DEPTH(2)) in_step (
            .clk(clk), .reset(reset), .data(side[7] ? weights[ROW-1-:ZERO_BITS] : {ZERO{1'b0}}), .delayed(zero_point)
        );
        wire [DENSE-1:0] corrected;
        correction_every_cycle #(.K(ZERO), .A(A), .LANES(LANES), .SUM(SUM), .PARTIAL(UNCORRECTED)) correction (
            .clk(clk), .enable(entered_twice), .zero_point(zero_point), .activation_sum(activation_sum), .partial(product_sum),
            .corrected(corrected)
        );
        assign dense_sums[t*DENSE+:DENSE] = skips ? {{DENSE - UNCORRECTED{product_sum[UNCORRECTED-1]}}, product_sum} : corrected;
      end else begin : as_it_is
        assign dense_sums[t*DENSE+:DENSE] = product_sum;
      end

      wire [W-1:0] partial;
      delay_line #(.WIDTH(W), .DEPTH(SPARE)) spare (.clk(clk), .reset(reset), .data(totals[t*W+:W]), .delayed(partial));
      if (STATIONARY != 0) begin : stationary
        stationary_accumulator #(.W(W), .IN(W), .SHIFT(31)) sums (
            .clk(clk), .rst(reset), .enable(add), .first(add_first), .bank(add_bank), .shift(add_shift), .addend(partial),
            .drain_bank(drain_bank), .drained(drain_row[t*W+:W])
        );
      end else begin : banked
        accumulator #(.W(W), .DEPTH(DEPTH), .IN(W), .SHIFT(31)) sums (
            .clk(clk), .rst(reset), .enable(add), .first(add_first), .bank(add_bank), .address(add_vector), .shift(add_shift),
            .addend(partial), .drain_bank(drain_bank), .drain_address(drain_vector), .drained(drain_row[t*W+:W])
        );
      end
    end
  endgenerate

  wire [GROUPS*DRAIN*W-1:0] drain_groups;
  assign drain_groups[TREES*W-1:0] = drain_row;
  generate
    if (GROUPS * DRAIN > TREES) begin : beyond
      assign drain_groups[GROUPS*DRAIN*W-1:TREES*W] = 0;
    end
  endgenerate
  assign drain_sums = drain_groups[drain_group*DRAIN*W+:DRAIN*W];
endmodule
