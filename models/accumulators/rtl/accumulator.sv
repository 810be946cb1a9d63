// One tree's accumulator: two banks of DEPTH words, one being filled while the other is drained.
//   word(bank, address) := (first ? 0 : word(bank, address)) + (addend << shift)
// Ports   enable, first, bank, address, shift, addend: a sum arrives; see accumulator_update.sv.
//         drain_bank, drain_address, drained: the requantizer's read port, combinational. A word on its way to the storage is
//         seen there already, so that a block of one vector can be drained in the cycle after its sum. Only the bank that is
//         not being filled may be drained; a sum still to be written to it does no harm.
// Depth   1: with the trees' 2 it makes array.pipeline_depth: 3. Sums for one word must be 2 cycles apart.
// Twin    accumulators::b_transport, models/accumulators/accumulators.cpp
// Without saturation: a layer whose sums do not fit W bits is refused beforehand. For synthesis without storage take
//         accumulator_update.
module accumulator #(
    parameter integer W = 24,
    parameter integer DEPTH = 256,
    parameter integer IN = 13,
    parameter integer SHIFT = 0,
    parameter integer ADDRESS = DEPTH > 1 ? $clog2(DEPTH) : 1,  // derived: do not set
    parameter integer DISTANCE = SHIFT > 0 ? $clog2(SHIFT + 1) : 1  // derived: do not set
) (
    input  wire                clk,
    input  wire                rst,
    input  wire                enable,
    input  wire                first,
    input  wire                bank,
    input  wire [ ADDRESS-1:0] address,
    input  wire [DISTANCE-1:0] shift,
    input  wire [      IN-1:0] addend,
    input  wire                drain_bank,
    input  wire [ ADDRESS-1:0] drain_address,
    output wire [       W-1:0] drained
);
  wire write, write_bank;
  wire [ADDRESS-1:0] write_address;
  wire [W-1:0] word_0, word_1, written;

  accumulator_update #(.W(W), .DEPTH(DEPTH), .IN(IN), .SHIFT(SHIFT)) update (
      .clk(clk), .rst(rst), .enable(enable), .first(first), .bank(bank), .address(address), .shift(shift), .addend(addend),
      .stored(bank ? word_1 : word_0), .write(write), .write_bank(write_bank), .write_address(write_address), .written(written)
  );

  accumulator_bank #(.W(W), .DEPTH(DEPTH)) bank_0 (
      .clk(clk), .write(write && !write_bank), .write_address(write_address), .written(written),
      .read_address(enable && !bank ? address : drain_address), .word(word_0)
  );
  accumulator_bank #(.W(W), .DEPTH(DEPTH)) bank_1 (
      .clk(clk), .write(write && write_bank), .write_address(write_address), .written(written),
      .read_address(enable && bank ? address : drain_address), .word(word_1)
  );

  wire on_its_way = write && write_bank == drain_bank && write_address == drain_address;
  assign drained = on_its_way ? written : drain_bank ? word_1 : word_0;
endmodule
