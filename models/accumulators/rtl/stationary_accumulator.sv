// One tree's accumulator of the output-stationary dataflow: one word per bank, kept in the register behind its own adder, so
// that a sum can arrive every cycle. While one bank is filled the other one is drained.
//   word(bank) := (first ? 0 : word(bank)) + (addend << shift)
// Ports   enable, first, bank, shift, addend: a sum arrives. drain_bank, drained: the requantizer's read port, combinational.
// Depth   1: with the trees' 2 it makes array.pipeline_depth: 3. Sums for one word may be 1 cycle apart.
// Timing  docs/timing-model.md, "Output-stationary"        Twin  accumulators, models/accumulators/accumulators.h
module stationary_accumulator #(
    parameter integer W = 24,
    parameter integer IN = 13,
    parameter integer SHIFT = 0,
    parameter integer DISTANCE = SHIFT > 0 ? $clog2(SHIFT + 1) : 1  // derived: do not set
) (
    input  wire                clk,
    input  wire                rst,
    input  wire                enable,
    input  wire                first,
    input  wire                bank,
    input  wire [DISTANCE-1:0] shift,
    input  wire [      IN-1:0] addend,
    input  wire                drain_bank,
    output wire [       W-1:0] drained
);
  wire [W-1:0] word_0, word_1;
  accumulator_update #(.W(W), .DEPTH(1), .IN(IN), .SHIFT(SHIFT)) bank_0 (
      .clk(clk), .rst(rst), .enable(enable & ~bank), .first(first), .bank(1'b0), .address(1'b0), .shift(shift), .addend(addend),
      .stored(word_0), .write(), .write_bank(), .write_address(), .written(word_0)
  );
  accumulator_update #(.W(W), .DEPTH(1), .IN(IN), .SHIFT(SHIFT)) bank_1 (
      .clk(clk), .rst(rst), .enable(enable & bank), .first(first), .bank(1'b1), .address(1'b0), .shift(shift), .addend(addend),
      .stored(word_1), .write(), .write_bank(), .write_address(), .written(word_1)
  );
  assign drained = drain_bank ? word_1 : word_0;
endmodule
