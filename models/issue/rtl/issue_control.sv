// Swaps loaded tiles in and issues their vectors, each as early as all conditions hold; says for every cycle without an issue
// which condition is the first that does not.
//   swap    = max(load_end, last of the tile before)
//   issue 0 = max(swap, input_ready, a free accumulator bank for a first slice, hazard)
//   issue m = max(issue m-1 + max(s, R), hazard)             last = issue V-1 + max(s, R)
// Ports   input_cycles R, write_interval H: constants of a platform, or of a bench.
//         loaded_*: the tile in the loaded registers, valid while `loaded`; loaded_outlier_cycles is its s, 1 at least.
//         tile_valid: the tile that would be loaded next is in its bank; tells memory from weight port.
//         input_ready: the input of the tile that issues next is in its bank.
//         issue: a vector enters in this cycle; vector, slice_first, outlier_cycles, set, bank belong to it.
//         done: the last vector of a tile has left (last); done_* belong to that tile.
//         stall: one hot, {drain, hazard, weight_port, memory, input, outlier}; 0 when a vector issues, before the first
//         issue of a layer and behind its last.
// Timing  docs/timing-model.md, "Issue" and "Slot split"        Twin  vector_issuer, models/issue/vector_issuer.h
module issue_control #(
    parameter integer VECTOR_BITS = 8,
    parameter integer COUNT_BITS = 16,
    parameter integer SIDE_BITS = 1
) (
    input  wire                   clk,
    input  wire                   reset,
    input  wire [ COUNT_BITS-1:0] input_cycles,
    input  wire [            4:0] write_interval,
    input  wire                   loading,
    input  wire                   loaded,
    input  wire [VECTOR_BITS-1:0] loaded_last_vector,
    input  wire                   loaded_first_slice,
    input  wire                   loaded_last_slice,
    input  wire                   loaded_ends_layer,
    input  wire [  SIDE_BITS-1:0] loaded_side,
    input  wire [ COUNT_BITS-1:0] loaded_outlier_cycles,
    input  wire                   tile_valid,
    input  wire                   input_ready,
    input  wire                   bank_freed,
    output wire                   swap,
    output wire                   issue,
    output wire [VECTOR_BITS-1:0] vector,
    output wire                   slice_first,
    output wire [  SIDE_BITS-1:0] side,
    output wire [ COUNT_BITS-1:0] outlier_cycles,
    output wire                   set,
    output wire                   bank,
    output wire                   done,
    output wire                   done_last_slice,
    output wire [VECTOR_BITS-1:0] done_last_vector,
    output wire [  SIDE_BITS-1:0] done_side,
    output wire [ COUNT_BITS-1:0] done_outlier_cycles,
    output wire [            5:0] stall
);
  // The tile in use; `present` from the swap to its last vector's issue.
  reg present, done_pending, in_layer, set_in_use, bank_in_use;
  reg [VECTOR_BITS-1:0] next_vector, last_vector;
  reg first_slice, last_slice, ends_layer;
  reg [SIDE_BITS-1:0] side_in_use;
  reg [COUNT_BITS-1:0] s_in_use;
  // The vector before: cycles since its issue, not counted beyond what it needs, and its s.
  reg [COUNT_BITS-1:0] since, s_before;
  reg [VECTOR_BITS-1:0] vector_before;
  reg [1:0] free_banks;

  wire outliers_met = ~in_layer | since >= s_before;
  wire supply_met = ~in_layer | since >= input_cycles;
  wire left = outliers_met & supply_met;

  assign swap = loaded & ~present & left;
  assign done = done_pending & left;
  assign done_last_slice = last_slice;
  assign done_last_vector = last_vector;
  assign done_side = side_in_use;
  assign done_outlier_cycles = s_before;

  // A swap takes no cycle: in it the tile comes from the loaded registers.
  wire in_tile = present | swap;
  wire now_first_slice = swap ? loaded_first_slice : first_slice;
  wire [VECTOR_BITS-1:0] now_last_vector = swap ? loaded_last_vector : last_vector;
  assign outlier_cycles = swap ? loaded_outlier_cycles : s_in_use;
  assign side = swap ? loaded_side : side_in_use;
  assign vector = swap ? {VECTOR_BITS{1'b0}} : next_vector;
  assign set = set_in_use ^ swap;
  assign slice_first = now_first_slice;

  // Conditions of the first vector of a tile.
  wire opens_tile = ~present | next_vector == {VECTOR_BITS{1'b0}};
  wire input_met = supply_met & (~opens_tile | input_ready);
  wire bank_met = ~(opens_tile & now_first_slice) | free_banks != 2'd0;

  wire hazard;
  wire hazard_met = now_first_slice | ~hazard;
  assign issue = in_tile & outliers_met & input_met & hazard_met & bank_met;

  wire opens_bank = issue & opens_tile & now_first_slice;
  assign bank = bank_in_use ^ opens_bank;

  wire writes = issue ? outlier_cycles == 1 : in_layer & since + 1'b1 == s_before;
  hazard_scoreboard #(
      .VECTOR_BITS(VECTOR_BITS), .COUNT_BITS(COUNT_BITS)
  ) scoreboard (
      .clk(clk), .reset(reset), .write_interval(write_interval), .write_valid(writes), .write_vector(issue ? vector : vector_before),
      .vector(vector), .outlier_cycles(outlier_cycles), .blocked(hazard)
  );

  // The first condition that is not met, in the contract's order.
  wire there = in_tile | loading | loaded;
  wire split = in_layer & ~(done_pending & ends_layer);
  wire [5:0] unmet = {~bank_met, ~hazard_met, ~in_tile, ~(there | tile_valid), ~input_met, ~outliers_met};
  assign stall = split ? unmet & (~unmet + 6'd1) : 6'd0;

  wire last_issues = issue & vector == now_last_vector;

  always @(posedge clk)
    if (reset) begin
      present <= 1'b0;
      done_pending <= 1'b0;
      in_layer <= 1'b0;
      set_in_use <= 1'b1;
      bank_in_use <= 1'b1;
      next_vector <= 0;
      since <= 0;
      s_before <= 1;
      free_banks <= 2'd2;
    end else begin
      if (swap) begin
        set_in_use <= ~set_in_use;
        last_vector <= loaded_last_vector;
        first_slice <= loaded_first_slice;
        last_slice <= loaded_last_slice;
        ends_layer <= loaded_ends_layer;
        side_in_use <= loaded_side;
        next_vector <= 0;
        s_in_use <= loaded_outlier_cycles;
      end
      present <= in_tile & ~last_issues;
      done_pending <= last_issues | (done_pending & ~done);
      if (issue) begin
        s_before <= outlier_cycles;
        next_vector <= vector + 1'b1;
        vector_before <= vector;
        since <= 1;
        in_layer <= 1'b1;
      end else begin
        if (~left) since <= since + 1'b1;
        if (done & ends_layer) in_layer <= 1'b0;
      end
      if (opens_bank) bank_in_use <= ~bank_in_use;
      free_banks <= free_banks + {1'b0, bank_freed} - {1'b0, opens_bank};
    end
endmodule
