// One tree's way from its gathered outlier products to its accumulator, beside the array: the second adder of an accumulator whose banks
// are two memories each, for even and odd vectors. Of the two writers, the array and this one, each uses another memory in a cycle.
//   word(bank, address) := word(bank, address) + sum
// Ports   ripe: `gathered` is a vector's sum, in this cycle. go: that sum, or the one that was ripe last, is added in this cycle to the word
//         at (bank, address), which `stored` shows as the memory has it. A sum that is not added at once waits in a register.
//         write, write_bank, write_address, written: registers, to be stored in the next cycle.
//         array_write, array_bank, array_address, array_written: the same of the array's adder (accumulator_update.sv).
//         array_read_bank, array_read_address, array_stored: the word that the array adds to in this cycle, as its memory shows it;
//         array_present: as it will be when what this adder has on its way is stored.
// Depth   1, and 1 more until it is stored. A word on its way is forwarded: two sums for one word may be 1 cycle apart, unless both are the array's.
// Timing  docs/timing-model.md, "Decoupled outliers"        Twin  decoupled_outlier_engine (models/sparse), accumulators (models/accumulators)
module outlier_accumulate #(
    parameter integer W = 24,
    parameter integer DEPTH = 256,
    parameter integer IN = 21,
    parameter integer ADDRESS = DEPTH > 1 ? $clog2(DEPTH) : 1  // derived: do not set
) (
    input  wire               clk,
    input  wire               rst,
    input  wire               ripe,
    input  wire [     IN-1:0] gathered,
    input  wire               go,
    input  wire               bank,
    input  wire [ADDRESS-1:0] address,
    input  wire [      W-1:0] stored,
    input  wire               array_write,
    input  wire               array_bank,
    input  wire [ADDRESS-1:0] array_address,
    input  wire [      W-1:0] array_written,
    input  wire               array_read_bank,
    input  wire [ADDRESS-1:0] array_read_address,
    input  wire [      W-1:0] array_stored,
    output wire [      W-1:0] array_present,
    output reg                write,
    output reg                write_bank,
    output reg  [ADDRESS-1:0] write_address,
    output reg  [      W-1:0] written
);
  reg [IN-1:0] waiting;
  always @(posedge clk) if (ripe) waiting <= gathered;
  wire [IN-1:0] sum = ripe ? gathered : waiting;
  wire [W-1:0] addend, total;
  generate
    if (IN < W) begin : extended
      assign addend = {{W - IN{sum[IN-1]}}, sum};
    end else begin : cut
      assign addend = sum[W-1:0];
    end
  endgenerate

  wire own = write & write_bank == bank & write_address == address;
  wire arrays = array_write & array_bank == bank & array_address == address;
  wire [W-1:0] present = own ? written : arrays ? array_written : stored;
  assign array_present = write & write_bank == array_read_bank & write_address == array_read_address ? written : array_stored;

  carry_propagate_adder #(.WIDTH(W)) add (.a(present), .b(addend), .carry_in(1'b0), .sum(total));

  always @(posedge clk) begin
    write <= go & ~rst;
    if (go) begin
      write_bank    <= bank;
      write_address <= address;
      written       <= total;
    end
  end
endmodule
